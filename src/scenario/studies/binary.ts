/** What a scenario file may set of the study `binary`. */
import { bytes } from '../../units.ts';
import { listOf, mapping, size, whole } from '../fields.ts';

const DEFAULT_SIZES = ['64KiB', '1MiB'];
const DEFAULT_TRANSFERS = 40;

export const settings = mapping(
  {
    sizes: listOf(size(bytes(1)), { what: 'sizes, like 64KiB', most: 20 })
      .prefault(DEFAULT_SIZES)
      .describe('Sizes of the images.'),
    transfers: whole({ least: 1, most: 10_000 })
      .prefault(DEFAULT_TRANSFERS)
      .describe('How many images are fetched one after another, after some that are discarded.'),
  },
  'a mapping with sizes and transfers',
);

/** The form of an image that is no arm: a WebSocket frame of its own, which no MCP message is. Every other form is an arm's id. */
export const RAW_FRAMES = 'websocket-binary-frames';
