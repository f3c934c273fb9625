/** What a scenario file may set of the study `attribution`. */
import { bytes } from '../../units.ts';
import { duration, mapping, size } from '../fields.ts';
import { MIN_TEXT_BYTES } from '../step-schema.ts';

export const settings = mapping(
  {
    text: size(bytes(MIN_TEXT_BYTES)).prefault('128B').describe('Argument of the echo that is called.'),
    warmup: duration({ least: '0ms', most: '1m' }).prefault('300ms').describe('Of every step.'),
    window: duration({ least: '20ms', most: '1m' }).prefault('500ms').describe('What is measured of every step.'),
  },
  'a mapping with text, warmup or window',
);
