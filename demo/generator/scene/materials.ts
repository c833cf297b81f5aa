import * as THREE from 'three';

/** Finish of the paint: solid colors have little metal in them. */
export interface Paint {
  color: string;
  metal: number;
  rough?: number;
}

export interface Cloth {
  seat: string;
  trim: string;
  panel: string;
}

const plain = (color: string, roughness: number, metalness = 0): THREE.MeshStandardMaterial =>
  new THREE.MeshStandardMaterial({ color, roughness, metalness });

function paint({ color, metal, rough = 0.3 }: Paint): THREE.Material {
  return new THREE.MeshPhysicalMaterial({
    color,
    metalness: metal,
    roughness: rough,
    clearcoat: 1,
    clearcoatRoughness: 0.02,
  });
}

/** See-through, but with reflections at full strength. */
function pane(tint: string, opacity: number, side: THREE.Side = THREE.FrontSide): THREE.Material {
  const material = new THREE.MeshPhysicalMaterial({
    color: tint,
    roughness: 0.02,
    metalness: 0,
    ior: 1.5,
    transparent: true,
    opacity,
    depthWrite: false,
    envMapIntensity: 0.75,
    side,
  });
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace(
      '#include <opaque_fragment>',
      `float gleam = clamp(max(totalSpecular.r, max(totalSpecular.g, totalSpecular.b)), 0.0, 1.0);
      float cover = opacity + (1.0 - opacity) * gleam * 0.8;
      gl_FragColor = vec4((diffuse * opacity + totalSpecular) / cover, cover);`,
    );
  };
  return material;
}

const matt = (color: string): THREE.MeshLambertMaterial => new THREE.MeshLambertMaterial({ color });

const glow = (color: string, strength: number): THREE.Material => {
  const material = new THREE.MeshBasicMaterial();
  material.color.set(color).multiplyScalar(strength);
  return material;
};

/** What each named group of the model is made of. */
export function materials(
  finish: Paint,
  cloth: Cloth,
  wheel: string,
  roof?: string,
): Record<string, THREE.Material> {
  const list: Record<string, THREE.Material> = {
    paint: paint(finish),
    roof: roof ? paint({ color: roof, metal: 0 }) : paint(finish),
    lid: paint(finish),
    inner: matt(cloth.panel),
    glass: pane('#05080a', 0.58),
    glassBack: pane('#05080a', 0.25, THREE.BackSide),
    lens: pane('#e8eef5', 0.06),
    redLens: pane('#8c0008', 0.62),
    trim: plain('#08090a', 0.25),
    frit: plain('#050506', 0.08),
    rubber: plain('#060606', 0.8),
    gap: matt('#010101'),
    clad: plain('#16171a', 0.62),
    liner: matt('#050505'),
    dark: matt('#060607'),
    gloss: plain('#07080a', 0.3),
    chrome: plain('#e9edf2', 0.08, 1),
    satin: plain('#b9bec6', 0.28, 1),
    bucket: plain('#17191d', 0.3, 0.6),
    redBucket: plain('#2a0204', 0.5),
    beam: glow('#f2f6ff', 5),
    redBeam: glow('#ff1408', 3.2),
    amber: glow('#ff7a10', 1.2),
    projector: plain('#cfd8e6', 0.05, 1),
    tire: plain('#08090a', 0.8),
    lip: plain('#d6dae0', 0.14, 1),
    barrel: plain('#4a4d52', 0.4, 0.9),
    well: matt('#060606'),
    disc: plain('#9aa0a8', 0.32, 1),
    caliper: plain('#a8120f', 0.35),
    face: plain(wheel, 0.24, 0.9),
    edge: plain('#1b1c1f', 0.4, 0.8),
    cap: plain('#1a1c20', 0.2, 0.5),
    seat: plain(cloth.seat, 0.72),
    seam: plain(cloth.trim, 0.6),
    dash: plain(cloth.trim, 0.72),
    soft: plain(cloth.panel, 0.85),
    carpet: matt('#141416'),
    wood: new THREE.MeshPhysicalMaterial({ color: '#3a2416', roughness: 0.35, clearcoat: 0.6 }),
    plate: plain('#f4f5f7', 0.4),
  };
  for (const name of [
    'face',
    'disc',
    'lip',
    'barrel',
    'liner',
    'gap',
    'dark',
    'clad',
    'caliper',
    'edge',
    'bucket',
    'redBucket',
    'tire',
    'well',
    'rubber',
  ])
    list[name]!.side = THREE.DoubleSide;
  for (const name of ['tire', 'clad', 'rubber'])
    (list[name] as THREE.MeshStandardMaterial).envMapIntensity = 0.3;
  list['inner']!.side = THREE.BackSide;
  return list;
}
