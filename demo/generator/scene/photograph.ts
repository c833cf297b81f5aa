import * as THREE from 'three';
import { backdrops, environment, floor, wall, type Backdrop } from './studio.ts';

export interface Shutter {
  width: number;
  height: number;
  /** How many times the scene is drawn: each with another light and a little jitter. */
  samples: number;
}

export interface Lens {
  eye: readonly [number, number, number];
  target: readonly [number, number, number];
  fov: number;
  /** Diameter in metres: what is out of focus blurs. */
  aperture?: number;
  exposure?: number;
  inside?: boolean;
}

// Light comes from the panels (mirrored by the environment map) and, for what is matt, from many
// shadowed suns; the map alone would light the underside of the car and the inside of the wheels.
THREE.ShaderChunk.envmap_physical_pars_fragment =
  THREE.ShaderChunk.envmap_physical_pars_fragment.replace(
    'return PI * envMapColor.rgb * envMapIntensity;',
    'return PI * envMapColor.rgb * envMapIntensity * 0.22;',
  );
THREE.ShaderChunk.lights_physical_pars_fragment = THREE.ShaderChunk.lights_physical_pars_fragment
  .replace(/clearcoatSpecularDirect \+= ccIrradiance.*;/, '')
  .replace(/reflectedLight\.directSpecular \+= irradiance.*;/, '');

/** Shadowed lights in one drawing. */
const SUNS = 4;
/** Drawings of one picture at most. */
const MOST = 5;

const halton = (index: number, base: number): number => {
  let [f, r] = [1, 0];
  for (let i = index; i > 0; i = Math.floor(i / base)) {
    f /= base;
    r += f * (i % base);
  }
  return r;
};

export class Photographer {
  readonly #renderer: THREE.WebGLRenderer;
  readonly #environments = new Map<Backdrop, THREE.Texture>();
  #lit: { car: THREE.Object3D; backdrop: Backdrop; suns: THREE.DirectionalLight[] } | undefined;

  constructor() {
    this.#renderer = new THREE.WebGLRenderer({ preserveDrawingBuffer: true, antialias: false });
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = THREE.BasicShadowMap;
    this.#renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
    this.#renderer.autoClear = true;
  }

  /** Suns whose shadows are drawn once for all pictures of a car. */
  #lamps(car: THREE.Object3D, backdrop: Backdrop): THREE.DirectionalLight[] {
    if (this.#lit?.car !== car || this.#lit.backdrop !== backdrop) {
      for (const sun of this.#lit?.suns ?? []) sun.dispose();
      const suns = Array.from({ length: SUNS * MOST }, shadowed);
      for (const [index, sun] of suns.entries()) light(sun, backdrop, index);
      this.#lit = { car, backdrop, suns };
    }
    return this.#lit.suns;
  }

  /** A PNG as a data address. */
  shoot(
    car: THREE.Object3D,
    place: string,
    lens: Lens,
    { width, height, samples }: Shutter,
  ): string {
    const renderer = this.#renderer;
    const backdrop = backdrops[place]!;
    renderer.setSize(width, height, false);
    let map = this.#environments.get(backdrop);
    if (!map) this.#environments.set(backdrop, (map = environment(renderer, backdrop)));

    const target = (type: THREE.TextureDataType, scale = 1): THREE.WebGLRenderTarget =>
      new THREE.WebGLRenderTarget(width * scale, height * scale, {
        type,
        minFilter: THREE.LinearFilter,
        magFilter: THREE.LinearFilter,
      });
    const [frame, mirror, total] = [
      target(THREE.HalfFloatType),
      target(THREE.HalfFloatType, 0.5),
      target(THREE.FloatType),
    ];
    const mirrorMatrix = new THREE.Matrix4();

    const scene = new THREE.Scene();
    scene.environment = map;
    const ground = floor(backdrop, { texture: mirror.texture, matrix: mirrorMatrix });
    const lamps = this.#lamps(car, backdrop);
    scene.add(car, ground, wall(backdrop), new THREE.AmbientLight('#ffffff', 0.12), ...lamps);

    const add = fullScreen(
      `uniform sampler2D map; varying vec2 at; void main() { gl_FragColor = vec4(min(texture2D(map, at).rgb, 8.0), 1.0); }`,
      { map: { value: frame.texture } },
    );
    add.material.blending = THREE.CustomBlending;
    add.material.blendSrc = THREE.OneFactor;
    add.material.blendDst = THREE.OneFactor;

    renderer.setRenderTarget(total);
    renderer.setClearColor(0, 0);
    renderer.clear();
    for (let i = 0; i < samples; i++) {
      for (const [k, sun] of lamps.entries()) sun.visible = Math.floor(k / SUNS) === i;
      const camera = aim(lens, width, height, i);
      camera.layers.enable(1);
      if (!lens.inside && i % 2 === 0) {
        const below = reflected(camera, lens, i);
        below.layers.set(0);
        mirrorMatrix
          .set(0.5, 0, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0, 1)
          .multiply(below.projectionMatrix)
          .multiply(below.matrixWorldInverse);
        ground.visible = false;
        renderer.setRenderTarget(mirror);
        renderer.render(scene, below);
        ground.visible = true;
      }
      renderer.setRenderTarget(frame);
      renderer.render(scene, camera);
      renderer.setRenderTarget(total);
      renderer.autoClear = false;
      renderer.render(add.scene, add.camera);
      renderer.autoClear = true;
    }
    const develop = fullScreen(DEVELOP, {
      map: { value: total.texture },
      gain: { value: (backdrop.exposure * (lens.exposure ?? 1)) / samples },
    });
    renderer.setRenderTarget(null);
    renderer.render(develop.scene, develop.camera);
    for (const used of [frame, mirror, total]) used.dispose();
    return renderer.domElement.toDataURL('image/png');
  }
}

function shadowed(): THREE.DirectionalLight {
  const sun = new THREE.DirectionalLight();
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  const reach = { left: -3.4, right: 3.4, top: 3.4, bottom: -3.4, near: 1, far: 22 };
  Object.assign(sun.shadow.camera, reach);
  sun.shadow.bias = -0.0012;
  sun.shadow.normalBias = 0.012;
  sun.shadow.autoUpdate = false;
  sun.shadow.needsUpdate = true;
  return sun;
}

function light(sun: THREE.DirectionalLight, backdrop: Backdrop, index: number): void {
  const [u, v] = [halton(index + 1, 2), halton(index + 1, 3)];
  const fromBox = index % 5 < 3;
  if (fromBox) sun.position.set((u - 0.5) * 8, 6, (v - 0.5) * 4.5);
  else {
    const [r, angle] = [Math.sqrt(0.15 + 0.8 * u), 2 * Math.PI * v];
    sun.position.set(r * Math.cos(angle), Math.sqrt(1 - r * r) + 0.12, r * Math.sin(angle));
  }
  sun.position.normalize().multiplyScalar(10);
  sun.color.set(backdrop.fill);
  sun.intensity = (backdrop.key * (fromBox ? 3.1 : 2.6)) / SUNS;
}

function aim(lens: Lens, width: number, height: number, index: number): THREE.PerspectiveCamera {
  const camera = new THREE.PerspectiveCamera(lens.fov, width / height, 0.05, 120);
  const eye = new THREE.Vector3(...lens.eye);
  const target = new THREE.Vector3(...lens.target);
  camera.position.copy(eye);
  camera.lookAt(target);
  camera.updateMatrixWorld();
  if (lens.aperture) {
    const [r, angle] = [
      Math.sqrt(halton(index + 1, 5)) * lens.aperture * 0.5,
      2 * Math.PI * halton(index + 1, 7),
    ];
    const right = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 0);
    const up = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1);
    camera.position
      .addScaledVector(right, r * Math.cos(angle))
      .addScaledVector(up, r * Math.sin(angle));
    camera.lookAt(target);
  }
  camera.setViewOffset(
    width,
    height,
    halton(index + 1, 2) - 0.5,
    halton(index + 1, 3) - 0.5,
    width,
    height,
  );
  camera.updateMatrixWorld();
  return camera;
}

/** The camera under the floor; a little unsteady, so that the mirror image is soft. */
function reflected(
  camera: THREE.PerspectiveCamera,
  lens: Lens,
  index: number,
): THREE.PerspectiveCamera {
  const below = camera.clone();
  const soft = 0.03;
  below.position.y *= -1;
  below.up.set(0, -1, 0);
  below.lookAt(
    lens.target[0] + (halton(index + 1, 5) - 0.5) * soft,
    -lens.target[1] + (halton(index + 1, 7) - 0.5) * soft,
    lens.target[2],
  );
  below.updateMatrixWorld();
  return below;
}

const DEVELOP = `uniform sampler2D map; uniform float gain; varying vec2 at;
  vec3 film(vec3 x) { x *= 0.82; return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }
  void main() {
    vec3 c = texture2D(map, at).rgb * gain;
    vec2 p = (at - 0.5) * vec2(1.15, 1.0);
    c *= 1.0 - 0.55 * dot(p, p);
    c = film(c);
    c = clamp(mix(vec3(dot(c, vec3(0.2126, 0.7152, 0.0722))), c, 1.14), 0.0, 1.0);
    gl_FragColor = vec4(mix(c * 12.92, 1.055 * pow(c, vec3(0.41666)) - 0.055, step(0.0031308, c)), 1.0);
  }`;

function fullScreen(
  fragmentShader: string,
  uniforms: Record<string, THREE.IUniform>,
): { scene: THREE.Scene; camera: THREE.Camera; material: THREE.ShaderMaterial } {
  const material = new THREE.ShaderMaterial({
    uniforms,
    fragmentShader,
    vertexShader: `varying vec2 at; void main() { at = uv; gl_Position = vec4(position.xy, 0.0, 1.0); }`,
    depthTest: false,
    depthWrite: false,
  });
  const scene = new THREE.Scene();
  scene.add(new THREE.Mesh(new THREE.PlaneGeometry(2, 2), material));
  return { scene, camera: new THREE.OrthographicCamera(-1, 1, 1, -1, 0, 1), material };
}
