namespace Granary.Forecasting.Series;

/// <summary>Data that no series can be made of; the message is one line that says what, where and what would help.</summary>
public sealed class SeriesException : Exception
{
    public SeriesException()
    {
    }

    public SeriesException(string message)
        : base(message)
    {
    }

    public SeriesException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
