// Either end of the control workload, in a process of its own. Started by the command.
import '../dist/control/main.js';
