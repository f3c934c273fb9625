// The clients that drive it, in a process of their own. Started by the command.
import '../dist/driver/main.js';
