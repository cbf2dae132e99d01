import type { Template } from 'match-compiler';
import addScaled from './add_scaled.c';
import clampFloat64 from './clamp_f64.c';
import clampInt32 from './clamp_int32.c';
import clampInt64 from './clamp_int64.c';
import divideInt32 from './divide_int32.c';
import divideInt64 from './divide_int64.c';
import doublingHighMultiply from './doubling_high_multiply.c';
import fixedPointReciprocal from './fixed_point_reciprocal.c';
import floorRemainderFloat32 from './floor_remainder_f32.c';
import floorRemainderFloat64 from './floor_remainder_f64.c';
import floorRemainderInt32 from './floor_remainder_int32.c';
import floorRemainderInt64 from './floor_remainder_int64.c';
import floorDivideInt32 from './floor_divide_int32.c';
import floorDivideInt64 from './floor_divide_int64.c';
import floorDividePositive from './floor_divide_positive.c';
import lookUpInt16 from './look_up_int16.c';
import powerInt32 from './power_int32.c';
import powerInt64 from './power_int64.c';
import powerUint32 from './power_uint32.c';
import powerUint64 from './power_uint64.c';
import requantizeDouble from './requantize_double.c';
import requantizeSingle from './requantize_single.c';
import requantizeSingleWide from './requantize_single_wide.c';
import roundEvenFloat32 from './round_even_f32.c';
import roundEvenFloat64 from './round_even_f64.c';
import roundingDivide from './rounding_divide.c';
import saturatingShift from './saturating_shift.c';
import shiftRight from './shift_right.c';
import shiftRightInt32 from './shift_right_int32.c';
import splitExponential from './split_exp_f32.c';
import wrapFloat32Int32 from './wrap_f32_int32.c';
import wrapFloat32Int64 from './wrap_f32_int64.c';
import wrapFloat64Int32 from './wrap_f64_int32.c';
import wrapFloat64Int64 from './wrap_f64_int64.c';

const source = (name: string, text: string): Template => ({ path: `plugins/host/support/${name}.c`, text });

const clampInt64Source = source('clamp_int64', clampInt64);
const divideInt32Source = source('divide_int32', divideInt32);
const divideInt64Source = source('divide_int64', divideInt64);
const doublingHighMultiplySource = source('doubling_high_multiply', doublingHighMultiply);
const powerUint32Source = source('power_uint32', powerUint32);
const powerUint64Source = source('power_uint64', powerUint64);
const saturatingShiftSource = source('saturating_shift', saturatingShift);
const shiftRightSource = source('shift_right', shiftRight);

/** Functions that kernels call. Each list holds the function and, before it, what the function itself calls. */
export const support = {
  addScaled: [source('add_scaled', addScaled)],
  clampFloat64: [source('clamp_f64', clampFloat64)],
  clampInt32: [source('clamp_int32', clampInt32)],
  clampInt64: [clampInt64Source],
  divideInt32: [divideInt32Source],
  divideInt64: [divideInt64Source],
  doublingHighMultiply: [shiftRightSource, doublingHighMultiplySource],
  fixedPointReciprocal: [
    clampInt64Source,
    shiftRightSource,
    doublingHighMultiplySource,
    saturatingShiftSource,
    source('fixed_point_reciprocal', fixedPointReciprocal),
  ],
  floorDivideInt32: [divideInt32Source, source('floor_divide_int32', floorDivideInt32)],
  floorDivideInt64: [divideInt64Source, source('floor_divide_int64', floorDivideInt64)],
  floorDividePositive: [source('floor_divide_positive', floorDividePositive)],
  floorRemainderFloat32: [source('floor_remainder_f32', floorRemainderFloat32)],
  floorRemainderFloat64: [source('floor_remainder_f64', floorRemainderFloat64)],
  floorRemainderInt32: [source('floor_remainder_int32', floorRemainderInt32)],
  floorRemainderInt64: [source('floor_remainder_int64', floorRemainderInt64)],
  lookUpInt16: [shiftRightSource, source('look_up_int16', lookUpInt16)],
  powerInt32: [powerUint32Source, source('power_int32', powerInt32)],
  powerInt64: [powerUint64Source, source('power_int64', powerInt64)],
  powerUint32: [powerUint32Source],
  powerUint64: [powerUint64Source],
  requantizeDouble: [shiftRightSource, source('requantize_double', requantizeDouble)],
  requantizeSingle: [shiftRightSource, source('requantize_single', requantizeSingle)],
  requantizeSingleWide: [shiftRightSource, source('requantize_single_wide', requantizeSingleWide)],
  roundEvenFloat32: [source('round_even_f32', roundEvenFloat32)],
  roundEvenFloat64: [source('round_even_f64', roundEvenFloat64)],
  roundingDivide: [shiftRightSource, source('rounding_divide', roundingDivide)],
  saturatingShift: [clampInt64Source, saturatingShiftSource],
  shiftRight: [shiftRightSource],
  shiftRightInt32: [source('shift_right_int32', shiftRightInt32)],
  splitExponential: [source('split_exp_f32', splitExponential)],
  wrapFloat32Int32: [source('wrap_f32_int32', wrapFloat32Int32)],
  wrapFloat32Int64: [source('wrap_f32_int64', wrapFloat32Int64)],
  wrapFloat64Int32: [source('wrap_f64_int32', wrapFloat64Int32)],
  wrapFloat64Int64: [source('wrap_f64_int64', wrapFloat64Int64)],
} as const satisfies Readonly<Record<string, readonly Template[]>>;
