/** Half of the outputs: it has no WebP, and no progressive JPEG. */
import { Jimp, JimpMime } from 'jimp';

process.on('message', async ({ id, path, widths, jpeg: { quality } }) => {
  const picture = await Jimp.read(path);
  for (const w of widths) await picture.clone().resize({ w }).getBuffer(JimpMime.jpeg, { quality });
  process.send({ id });
});
