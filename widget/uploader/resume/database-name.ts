/** Names the element's database and its channel between tabs. */
export const DATABASE = 'vehicle-media';
