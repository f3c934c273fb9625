// What stands between client and endpoint. Started by a study's step.
import '../dist/studies/proxies/main.js';
