// The server under test, in a process of its own. Started by the command.
import '../dist/endpoint/main.js';
