// The other end of a bare exchange of bytes. Started by a step of a study.
import '../dist/echo/main.js';
