/** Marks the global object when one of {@link hostileTexts} runs as a script. */
const RUN = 'globalThis.hostileTextRan=1';

/** What a vehicle's data may say to break out of where a page shows it. */
export const hostileTexts: readonly string[] = [
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><img src=x onerror=${RUN}>`,
  `' onmouseover='${RUN}' onfocus='${RUN}' autofocus='`,
  `" onload="${RUN}" onerror="${RUN}" x="`,
  `<svg/onload=${RUN}>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `javascript:${RUN}`,
  ` \tjava\nscript:${RUN}//`,
  `JaVaScRiPt:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`,
  `vbscript:${RUN}`,
  `<style>@import 'javascript:${RUN}'</style>`,
  `--></title></style></textarea><script>${RUN}</script>`,
  `\${${RUN}}{{constructor.constructor('${RUN}')()}}`,
  `?,x 1x, javascript:${RUN} 2x`,
  `url(javascript:${RUN});background:url("javascript:${RUN}")`,
  '\u202Egnp.exe\u2066\u0007\u0000\uFFFE',
];
