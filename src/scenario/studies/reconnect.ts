/** What a scenario file may set of the study `reconnect`. */
import { mapping } from '../fields.ts';

export const settings = mapping({}, 'a mapping');
