// Node runs these sources as they are from version 24 on, before it through tsx,
// which gives every closure its name each time one is made.
if (!process.features.typescript || Number.parseInt(process.versions.node, 10) < 24)
  await import('tsx');
