/** Sharp as its manual shows it, with the settings that it comes with: each output decodes the file anew. */
import sharp from 'sharp';

process.on('message', async ({ id, path, widths, webp, jpeg }) => {
  const picture = sharp(path).autoOrient();
  for (const width of widths) {
    await picture.clone().resize({ width }).webp(webp).toBuffer();
    await picture.clone().resize({ width }).flatten({ background: '#fff' }).jpeg(jpeg).toBuffer();
  }
  process.send({ id });
});
