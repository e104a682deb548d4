namespace Granary.Parallelism.Batching;

/// <summary>
/// How large a batch may get and how long it may be held open, so that the items' quantile keeps the goal. Two parts: a line through what batches have taken by their
/// size says how much of the goal handling needs, and what is left may be spent on waiting; and how many items missed the goal lately scales the waiting down by a tenth
/// or up by a hundredth (additive increase, multiplicative decrease, as Crankshaw et al. size batches in "Clipper", 2017). Pure; times in seconds.
/// </summary>
public sealed class BatchController
{
    /// <summary>What a batch's part in the line keeps with every later one: half after 34.</summary>
    private const double KeepBatch = 0.98;

    /// <summary>What an item's part in the misses keeps with every later one: half after 700.</summary>
    private const double KeepItem = 0.999;

    private const double Shrink = 0.9, Growth = 0.01;

    private readonly double _goal, _allowed, _longest;
    private readonly int _most;
    private int _largest;
    private double _weight, _sizes, _times, _squares, _products, _deviation;
    private double _items, _misses, _scale = 1;

    /// <exception cref="ArgumentOutOfRangeException">An option outside what its description allows.</exception>
    public BatchController(BatchingOptions options)
    {
        options.Validated();
        (_goal, _most, _longest) = (options.Goal.TotalSeconds, options.MaxSize, (options.MaxHold ?? options.Goal).TotalSeconds);
        // half of what may miss: the other half is for what changes
        _allowed = (1 - options.Quantile) / 2;
    }

    /// <summary>Handle a batch once it has this many items.</summary>
    public int Size { get; private set; } = 1;

    /// <summary>Handle it once its oldest item has waited this long, in seconds.</summary>
    public double Wait { get; private set; }

    /// <summary>How many of those that wait go into the next batch. Who is late already is served fastest by all that fits.</summary>
    /// <param name="waiting">At least 1.</param>
    /// <param name="oldest">Seconds that the oldest has waited.</param>
    public int Take(int waiting, double oldest) => Math.Min(waiting, oldest + Expected(Math.Min(waiting, Size)) > _goal ? _most : Math.Max(Size, 1));

    /// <param name="size">Of a batch that was handled.</param>
    /// <param name="handling">Seconds that took.</param>
    /// <param name="misses">How many of its items took longer than the goal from when they were added.</param>
    public void Observe(int size, double handling, int misses)
    {
        if (_weight > 0) _deviation = (KeepBatch * _deviation) + ((1 - KeepBatch) * Math.Abs(handling - Line(size)));
        _weight = (KeepBatch * _weight) + 1;
        _sizes = (KeepBatch * _sizes) + size;
        _times = (KeepBatch * _times) + handling;
        _squares = (KeepBatch * _squares) + ((double)size * size);
        _products = (KeepBatch * _products) + (size * handling);

        var keep = Math.Pow(KeepItem, size);
        _items = (keep * _items) + size;
        _misses = (keep * _misses) + misses;
        if (_misses <= _allowed * _items) _scale = Math.Min(1, _scale + Growth);
        else if (misses > 0) _scale = Math.Max(0.01, _scale * Shrink);

        // an item may come just after a batch was taken and wait for that one too: both must fit. Misses do
        // not make it smaller: that would only mean more batches. What has not been tried is approached by doubling
        _largest = Math.Max(_largest, size);
        Size = Math.Min(Largest(_goal / 2), 2 * Math.Min(_largest, _most / 2 + 1));
        Wait = Math.Clamp((_goal * _scale) - Expected(Math.Min(Size, (_sizes / _weight * 2) + 1)), 0, _longest);
    }

    /// <summary>Seconds that a batch of this size should not exceed.</summary>
    private double Expected(double size) => Line(size) + (4 * _deviation);

    private double Line(double size)
    {
        var (fixedPart, each) = Fit();
        return fixedPart + (each * size);
    }

    private (double Fixed, double Each) Fit()
    {
        if (_weight == 0) return (0, 0);
        var (size, time) = (_sizes / _weight, _times / _weight);
        var variance = (_squares / _weight) - (size * size);
        // while all were of one size, all of it could be for the batch: larger ones will tell
        var each = variance > 1e-9 * size * size ? ((_products / _weight) - (size * time)) / variance : 0;
        each = Math.Clamp(each, 0, time / size);
        return (time - (each * size), each);
    }

    private int Largest(double seconds)
    {
        var (fixedPart, each) = Fit();
        var left = seconds - fixedPart - (4 * _deviation);
        // where even the smallest misses, many at a time is what gets through most
        if (left <= 0) return _most;
        return left >= each * _most ? _most : (int)Math.Max(1, left / each);
    }
}
