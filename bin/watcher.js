// Watches a core for `doctor`, in a process of its own. Started by the command.
import '../dist/doctor/main.js';
