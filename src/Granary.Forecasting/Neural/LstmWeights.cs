namespace Granary.Forecasting.Neural;

/// <summary>A trained network with everything that it needs to be used: never changed once made, so it can be handed from thread to thread.</summary>
public sealed class LstmWeights
{
    internal LstmWeights(SeriesFrame frame, LstmShape shape, float[] values, double error, double baseError)
    {
        (Frame, Shape, Error, BaseError) = (frame, shape, error, baseError);
        Network = new(shape, values);
    }

    public SeriesFrame Frame { get; }

    public LstmShape Shape { get; }

    /// <summary>Mean absolute error on the validation part of the window, over all knots, in the series' unit.</summary>
    public double Error { get; }

    /// <summary>The same of the simple forecast that the network corrects.</summary>
    public double BaseError { get; }

    internal LstmNetwork<float> Network { get; }
}
