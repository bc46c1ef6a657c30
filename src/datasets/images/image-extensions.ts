/** The endings of the files that are taken for images, in small letters. */
export const imageExtensions = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'gif', 'tif', 'tiff'] as const;

/** Whether a file's name has one of them. */
export function isImageName(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return imageExtensions.some((extension) => extension === ending);
}
