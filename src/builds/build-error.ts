/** An arm's code cannot be had, prepared or started. Its message is one line, fit to print, and names the arm. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}
