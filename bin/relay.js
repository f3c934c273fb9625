// The network between the two, in a process of its own. Started by the command.
import '../dist/network/main.js';
