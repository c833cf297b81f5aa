import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';

/** Without its dashboard; resolves when the store has all files, each at the address of its turn. */
export async function upload(files, targets, limit) {
  const targetOf = new Map(files.map(({ name }, index) => [name, targets[index]]));
  const uppy = new Uppy().use(AwsS3, {
    limit,
    generateObjectKey: ({ name }) => name,
    async signRequest({ key }) {
      const { url, headers } = targetOf.get(key);
      return { url, headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])) };
    },
  });
  uppy.addFiles(files.map((data) => ({ name: data.name, type: data.type, data })));
  const { failed = [] } = (await uppy.upload()) ?? {};
  uppy.destroy();
  if (failed.length > 0) throw new Error(`Uppy: ${failed[0].error}`);
}
