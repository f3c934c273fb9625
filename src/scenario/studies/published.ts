/** What a scenario file may set of the study `published`. */
import { mapping } from '../fields.ts';

export const settings = mapping({}, 'a mapping');
