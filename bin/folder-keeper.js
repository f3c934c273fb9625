// Makes a folder for the command and removes it with the command. Started by the command.
import '../dist/child/folder-keeper.js';
