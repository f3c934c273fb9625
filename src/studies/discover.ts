/** Which studies there are: the folders beside this file. A process loads only the one it runs. */
import type { StudyName } from '../scenario/study.ts';
import type { Study } from './contract.ts';

export async function loadStudy<N extends StudyName>(name: N): Promise<Study<N>> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const loaded = (await import(new URL(`./${name}/index${extension}`, import.meta.url).href)) as {
    readonly study: Study<N>;
  };
  return loaded.study;
}
