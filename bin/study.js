// One step of a study, in a process of its own. Started by the command.
import '../dist/studies/main.js';
