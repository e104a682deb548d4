using Granary.Forecasting.Accuracy;

namespace Granary.Forecasting.Tests.Accuracy;

public sealed class ForecastAccuracyTests
{
    /// <summary>
    /// Worked by hand. History 10 20 12 24, season 2: seasonal naive errors |12-10| and |24-20|, mean 3. Actual 14 26, forecast 12 30:
    /// errors 2 and 4; MAE 3, MSE (4+16)/2 = 10, MASE 3/3 = 1; MAPE 100 (2/14 + 4/26)/2 = 14.835165; sMAPE 200 (2/26 + 4/56)/2 = 14.835165.
    /// </summary>
    [Fact]
    public void One_series_worked_by_hand()
    {
        double[] history = [10, 20, 12, 24], actual = [14, 26], forecast = [12, 30];
        Assert.Equal(3, ForecastAccuracy.Mae(actual, forecast), 12);
        Assert.Equal(10, ForecastAccuracy.Mse(actual, forecast), 12);
        Assert.Equal(1, ForecastAccuracy.Mase(history, actual, forecast, 2)!.Value, 12);
        Assert.Equal(100 * ((2 / 14.0) + (4 / 26.0)) / 2, ForecastAccuracy.Mape(actual, forecast)!.Value, 12);
        Assert.Equal(14.835165, ForecastAccuracy.Smape(actual, forecast), 6);
        // the naive scale of the same history: (10 + 8 + 12) / 3 = 10
        Assert.Equal(0.3, ForecastAccuracy.Mase(history, actual, forecast, 1)!.Value, 12);
    }

    [Fact]
    public void Zeros_neither_divide_nor_count_twice()
    {
        Assert.Equal(100, ForecastAccuracy.Smape([0, 0], [0, 5]), 12);
        Assert.Equal(50, ForecastAccuracy.Mape([0, 2], [3, 1])!.Value, 12);
        Assert.Null(ForecastAccuracy.Mape([0, 0], [1, 1]));
        Assert.Null(ForecastAccuracy.Mase([5, 5, 5], [1], [1], 1));
    }

    [Fact]
    public void Coverage_counts_the_ends() => Assert.Equal(0.5, ForecastAccuracy.Coverage([1, 2, 3, 4], [1, 0, 4, 0], [1, 2, 5, 3]), 12);

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        Assert.Contains("2 points came and 1 were forecast", Assert.Throws<ArgumentException>(() => ForecastAccuracy.Mae([1, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ForecastAccuracy.Smape([], []));
        Assert.Contains("longer than one season", Assert.Throws<ArgumentException>(() => ForecastAccuracy.Mase([1, 2], [1], [1], 2)).Message, StringComparison.Ordinal);
    }
}
