static double clamp_f64(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}
