import * as THREE from 'three';

/** A place to photograph a car in. Colors are linear-light multiples of white unless named. */
export interface Backdrop {
  wall: string;
  wallLow: string;
  floor: string;
  /** How much of the car the floor mirrors, 0 to 1. */
  mirror: number;
  key: number;
  fill: string;
  room: number;
  ceiling: readonly Panel[];
  exposure: number;
  sky?: boolean;
}

/** A luminous rectangle: center, size, what it faces is the car. */
interface Panel {
  at: readonly [number, number, number];
  size: readonly [number, number];
  light: number;
  tint?: string;
}

const softbox: Panel = { at: [0, 5, 0], size: [7.5, 2.6], light: 7 };
const sides: Panel[] = [
  { at: [0, 2, 8], size: [11, 1.5], light: 6.5 },
  { at: [0, 2, -8], size: [11, 1.5], light: 6.5 },
  { at: [9, 2.2, 0], size: [5, 1.3], light: 2.4 },
  { at: [-9, 2.2, 0], size: [5, 1.3], light: 2.4 },
];

export const backdrops: Record<string, Backdrop> = {
  white: {
    wall: '#e9ecf0',
    wallLow: '#f7f8fa',
    floor: '#dfe2e6',
    mirror: 0.35,
    key: 1,
    fill: '#ffffff',
    room: 0.42,
    ceiling: [softbox, ...sides],
    exposure: 1,
  },
  grey: {
    wall: '#7f8791',
    wallLow: '#b6bcc4',
    floor: '#9aa0a8',
    mirror: 0.4,
    key: 0.95,
    fill: '#f4f8ff',
    room: 0.3,
    ceiling: [softbox, ...sides],
    exposure: 1,
  },
  night: {
    wall: '#0d1015',
    wallLow: '#2a3038',
    floor: '#24282e',
    mirror: 0.75,
    key: 0.8,
    fill: '#dfe9ff',
    room: 0.045,
    ceiling: [
      { at: [0, 5, 1.3], size: [9, 0.5], light: 16 },
      { at: [0, 5, -1.3], size: [9, 0.5], light: 16 },
      { at: [0, 2.4, 8], size: [12, 0.5], light: 5 },
      { at: [0, 2.4, -8], size: [12, 0.5], light: 5 },
      { at: [9, 2.4, 0], size: [6, 0.5], light: 5 },
      { at: [-9, 2.4, 0], size: [6, 0.5], light: 5 },
    ],
    exposure: 1.1,
  },
  sand: {
    wall: '#bfb2a2',
    wallLow: '#e6ddd1',
    floor: '#cfc4b6',
    mirror: 0.3,
    key: 1,
    fill: '#fff6ea',
    room: 0.4,
    ceiling: [{ ...softbox, tint: '#fff6ea' }, ...sides],
    exposure: 1,
  },
  blue: {
    wall: '#6c7f93',
    wallLow: '#bdcad6',
    floor: '#a2b0bd',
    mirror: 0.4,
    key: 1,
    fill: '#eaf3ff',
    room: 0.35,
    ceiling: [softbox, ...sides],
    exposure: 1.22,
  },
};

/** What the paint mirrors. */
export function environment(renderer: THREE.WebGLRenderer, backdrop: Backdrop): THREE.Texture {
  const scene = new THREE.Scene();
  const room = new THREE.Mesh(
    new THREE.SphereGeometry(30, 64, 32),
    new THREE.ShaderMaterial({
      side: THREE.BackSide,
      uniforms: {
        wall: { value: new THREE.Color(backdrop.wall) },
        low: { value: new THREE.Color(backdrop.wallLow) },
        ground: { value: new THREE.Color(backdrop.floor) },
        room: { value: backdrop.room },
      },
      vertexShader: `varying vec3 d; void main() { d = normalize(position); gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
      fragmentShader: `varying vec3 d; uniform vec3 wall, low, ground; uniform float room;
        void main() {
          float y = normalize(d).y;
          vec3 up = mix(low * 1.7, wall * 0.65, smoothstep(0.0, 0.42, y));
          vec3 down = mix(ground * 0.8, ground * 0.22, smoothstep(0.0, -0.5, y));
          gl_FragColor = vec4(mix(down, up, smoothstep(-0.015, 0.015, y)) * room * 1.6, 1.0);
        }`,
    }),
  );
  scene.add(room);
  for (const { at, size, light, tint } of backdrop.ceiling) {
    const material = new THREE.MeshBasicMaterial({ side: THREE.DoubleSide });
    material.color.set(tint ?? '#ffffff').multiplyScalar(light);
    const panel = new THREE.Mesh(new THREE.PlaneGeometry(...size), material);
    panel.position.set(...at);
    panel.lookAt(0, at[1] > 4 ? 0 : at[1], 0);
    if (at[1] > 4) panel.rotation.set(Math.PI / 2, 0, 0);
    scene.add(panel);
  }
  const generator = new THREE.PMREMGenerator(renderer);
  const texture = generator.fromScene(scene, 0.004, 0.1, 100, {
    size: 256,
    position: new THREE.Vector3(0, 0.8, 0),
  }).texture;
  generator.dispose();
  return texture;
}

/** The wall behind the car: light where it meets the floor. */
export function wall(backdrop: Backdrop): THREE.Mesh {
  return new THREE.Mesh(
    new THREE.SphereGeometry(60, 48, 24),
    new THREE.ShaderMaterial({
      side: THREE.BackSide,
      depthWrite: false,
      uniforms: {
        wall: { value: new THREE.Color(backdrop.wall) },
        low: { value: new THREE.Color(backdrop.wallLow) },
      },
      vertexShader: `varying vec3 d; void main() { d = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
      fragmentShader: `varying vec3 d; uniform vec3 wall, low;
        void main() { float y = abs(normalize(d).y); gl_FragColor = vec4(mix(low, wall, smoothstep(0.0, 0.3, y)), 1.0); }`,
    }),
  );
}

/** A floor that takes the shadow, mirrors the car faintly and melts into the wall far away. */
export function floor(
  backdrop: Backdrop,
  mirror: { texture: THREE.Texture; matrix: THREE.Matrix4 },
): THREE.Mesh {
  const material = new THREE.MeshLambertMaterial({ color: backdrop.floor });
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, {
      mirrorMap: { value: mirror.texture },
      mirrorMatrix: { value: mirror.matrix },
      mirrorStrength: { value: backdrop.mirror },
      farColor: { value: new THREE.Color(backdrop.wallLow) },
    });
    shader.vertexShader = shader.vertexShader
      .replace(
        '#include <common>',
        '#include <common>\nuniform mat4 mirrorMatrix; varying vec4 mirrorAt; varying vec3 ground;',
      )
      .replace(
        '#include <project_vertex>',
        '#include <project_vertex>\nground = (modelMatrix * vec4(position, 1.0)).xyz; mirrorAt = mirrorMatrix * vec4(ground, 1.0);',
      );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        '#include <common>',
        '#include <common>\nuniform sampler2D mirrorMap; uniform float mirrorStrength; uniform vec3 farColor; varying vec4 mirrorAt; varying vec3 ground;',
      )
      .replace(
        '#include <opaque_fragment>',
        `#include <opaque_fragment>
        vec3 toEye = normalize(cameraPosition - ground);
        float grazing = pow(1.0 - toEye.y, 3.0);
        vec3 mirrored = texture2DProj(mirrorMap, mirrorAt).rgb;
        gl_FragColor.rgb = mix(gl_FragColor.rgb, mirrored, mirrorStrength * mix(0.12, 0.75, grazing));
        gl_FragColor.rgb = mix(gl_FragColor.rgb, farColor, smoothstep(4.0, 13.0, length(ground.xz)));`,
      );
  };
  const mesh = new THREE.Mesh(new THREE.CircleGeometry(40, 96).rotateX(-Math.PI / 2), material);
  mesh.receiveShadow = true;
  return mesh;
}
