export { isPlanar, planarBytes, planarLayout, planarLayouts, planarName, planarRefusal } from './layout.ts';
export { layoutTransformPatterns, planarSupport, type MoveCosts } from './layout-transform.ts';
export { swizzle, unswizzle } from './swizzle.ts';
