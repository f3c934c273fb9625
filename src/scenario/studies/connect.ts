/** What a scenario file may set of the study `connect`. */
import { mapping } from '../fields.ts';

export const settings = mapping({}, 'a mapping');
