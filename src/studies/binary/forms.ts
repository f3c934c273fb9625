/** The sizes of an image's forms. */

/** Base64 without padding: four characters for every three bytes. */
export const base64Length = (imageBytes: number): number => Math.ceil((imageBytes * 4) / 3);

/** How a size stands in a subject. */
export const sizeWord = (imageBytes: number): string => String(imageBytes);
