// Starts one foreign command and ends it with everything it started. Started by the command and by the driver.
import '../dist/child/supervisor.js';
