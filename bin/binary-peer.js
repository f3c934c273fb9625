// The server of raw WebSocket frames of the study `binary`. Started by a step of it.
import '../dist/studies/binary/peer.js';
