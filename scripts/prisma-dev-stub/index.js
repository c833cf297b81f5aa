// Nothing of this package is ever run.
export default {};
