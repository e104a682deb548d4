using Granary.Model;

namespace Granary.Telemetry;

/// <summary>
/// The series of one node in rings of several resolutions. Each coarser point is made of the same values as the finest, not of rounded ones. Memory:
/// one row for each resolution; everything else is in the files. The time is an argument: it may jump either way, and a value goes to where its time says.
/// Not for concurrent use.
/// </summary>
public sealed class SeriesStore : IDisposable
{
    private const int FirstWidth = 64;
    private const int AutomaticPoints = 300;
    private readonly ISeriesFiles _files;
    private readonly SeriesOptions _options;
    private readonly Level[] _levels;
    private readonly SeriesDirectory _directory;
    private bool _directoryChanged;
    private long _dropped;

    /// <summary>Most points of one answer.</summary>
    public const int MostPoints = 11_000;

    public SeriesStore(ISeriesFiles files, SeriesOptions? options = null)
    {
        (_files, _options) = (files, options ?? new());
        _directory = Load(out var levels);
        _levels = levels;
        Resume();
    }

    /// <summary>Names of all series, of those that have ended too.</summary>
    public IEnumerable<(string Name, ReadingSource Quality, DateTimeOffset LastSeen)> Series => _directory.Entries.Select(e => (e.Name, e.Quality, e.LastSeen));

    /// <summary>Values that had no place.</summary>
    public long Dropped => _dropped;

    /// <summary>Rows that were found damaged.</summary>
    public long Damaged => _levels.Sum(l => l.Ring.Damaged);

    /// <summary>Takes the values of one moment; what is not a finite number is a gap.</summary>
    /// <exception cref="IOException">The disk refuses; the values are lost.</exception>
    public void Append(DateTimeOffset at, ReadOnlySpan<string> names, ReadOnlySpan<float> values, ReadOnlySpan<ReadingSource> qualities)
    {
        foreach (var level in _levels) MoveTo(level, level.Ring.Resolution.StepOf(at));
        for (var i = 0; i < names.Length; i++)
        {
            if (!float.IsFinite(values[i])) continue;
            var place = _directory.Find(names[i]);
            if (place < 0 && (place = Add(names[i], at)) < 0)
            {
                _dropped++;
                continue;
            }
            var entry = _directory.Entries[place];
            (entry.LastSeen, entry.Quality) = (at, qualities[i]);
            var point = SeriesPoint.Of(values[i]);
            foreach (var level in _levels)
            {
                level.Current[place] = level.Ring.Resolution.IsAggregated ? level.Current[place].With(point) : point;
                level.IsDirty = true;
            }
        }
        SaveDirectory();
        foreach (var level in _levels)
            if (!level.Ring.Resolution.IsAggregated) Flush(level);
    }

    /// <summary>Writes the points that are not complete yet.</summary>
    public void Flush()
    {
        _directoryChanged = true; // when each was last seen
        SaveDirectory();
        foreach (var level in _levels) Flush(level);
    }

    /// <summary>A series over a time.</summary>
    /// <param name="name">Of the series.</param>
    /// <param name="from">First moment.</param>
    /// <param name="to">Last moment; not before <paramref name="from"/>.</param>
    /// <param name="step">From one point to the next; null for one that gives a few hundred points.</param>
    /// <param name="now">Decides which resolution still has <paramref name="from"/>.</param>
    /// <returns>Null when there is no such series.</returns>
    /// <exception cref="GranaryException">Invalid: too many points, or the times are the wrong way round.</exception>
    public SeriesAnswer? Query(string name, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, DateTimeOffset now)
    {
        if (to < from) throw GranaryException.Invalid("the end is before the beginning; give from before to");
        if (step is { } asked && asked <= TimeSpan.Zero) throw GranaryException.Invalid("the step must be longer than nothing, like 10s");
        var place = _directory.Find(name);
        if (place < 0) return null;
        var entry = _directory.Entries[place];
        var wanted = step ?? TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, (to - from).Ticks / AutomaticPoints));
        var level = Choose(from, wanted, now);
        var unit = level.Ring.Resolution.Step;
        var each = StepsOf(level, wanted);
        var stepTicks = each * unit.Ticks;
        var (first, last) = (from.UtcTicks / stepTicks, to.UtcTicks / stepTicks);
        if (last - first + 1 > MostPoints)
            throw GranaryException.Invalid(FormattableString.Invariant($"these would be {last - first + 1:N0} points; {MostPoints:N0} are the most: give a longer step or a shorter time"));
        var points = new SeriesPoint[last - first + 1];
        Array.Fill(points, SeriesPoint.Gap);
        var (begin, end) = (first * each, ((last + 1) * each) - 1);
        end = Math.Min(end, level.Ring.Resolution.StepOf(to));
        level.Ring.Read(begin, end, (at, generation, row) =>
        {
            if (generation < entry.Since || at == level.Step) return;
            var index = (at / each) - first;
            points[index] = points[index].With(row[place]);
        });
        if (level.Step >= begin && level.Step <= end && level.Step != Level.None)
            points[(level.Step / each) - first] = points[(level.Step / each) - first].With(level.Current[place]);
        return new(new(first * stepTicks, TimeSpan.Zero), TimeSpan.FromTicks(stepTicks), unit, entry.Quality, points);
    }

    public void Dispose()
    {
        try
        {
            Flush();
        }
        catch (IOException)
        {
            // it was lossy before
        }
        foreach (var level in _levels) level.Ring.Dispose();
    }

    // the coarsest that is fine enough; or else, where that has forgotten the beginning, the finest that has not
    private Level Choose(DateTimeOffset from, TimeSpan wanted, DateTimeOffset now)
    {
        var chosen = 0;
        while (chosen + 1 < _levels.Length && _levels[chosen + 1].Ring.Resolution.Step <= wanted) chosen++;
        while (chosen + 1 < _levels.Length && !Knows(_levels[chosen], from, wanted, now)) chosen++;
        return _levels[chosen];
    }

    // the first point begins before the first moment, by up to its length
    private static bool Knows(Level level, DateTimeOffset from, TimeSpan wanted, DateTimeOffset now)
    {
        var (resolution, each) = (level.Ring.Resolution, StepsOf(level, wanted));
        return resolution.StepOf(from) / each * each > resolution.StepOf(now) - resolution.Rows;
    }

    // a point is whole steps of what it is made of
    private static long StepsOf(Level level, TimeSpan wanted) => Math.Max(1, (wanted.Ticks + level.Ring.Resolution.Step.Ticks - 1) / level.Ring.Resolution.Step.Ticks);

    private void MoveTo(Level level, long step)
    {
        if (level.Step == step) return;
        Flush(level);
        Array.Fill(level.Current, SeriesPoint.Gap);
        level.Step = step;
        // a clock that was set back comes by again
        level.Ring.Read(step, step, (_, generation, row) =>
        {
            for (var i = 0; i < _directory.Count; i++)
                if (generation >= _directory.Entries[i].Since) level.Current[i] = row[i];
        });
    }

    private void Flush(Level level)
    {
        if (!level.IsDirty) return;
        level.Ring.Write(level.Step, _directory.Generation, level.Current.AsSpan(0, _directory.Count));
        level.IsDirty = false;
    }

    private int Add(string name, DateTimeOffset now)
    {
        var place = _directory.Add(name, now, _options.Resolutions[^1].Keeps, _options.MostSeries);
        if (place < 0) return place;
        _directoryChanged = true;
        if (place >= _directory.Width) Widen();
        foreach (var level in _levels) level.Current[place] = SeriesPoint.Gap;
        return place;
    }

    private void SaveDirectory()
    {
        if (!_directoryChanged) return;
        _files.WriteDirectory(_directory.Encode());
        _directoryChanged = false;
    }

    // rows are copied one by one into files of twice the width; the list, written last, says which are the real ones
    private void Widen()
    {
        var (old, width) = (_directory.Width, Math.Min(_directory.Width * 2, Math.Max(_options.MostSeries, FirstWidth)));
        foreach (var level in _levels)
        {
            var resolution = level.Ring.Resolution;
            _files.Delete(Ring.NameOf(resolution, width));
            var wider = new Ring(resolution, _files.Open(Ring.NameOf(resolution, width)), width);
            var points = new SeriesPoint[old];
            level.Ring.ReadAll((step, generation, row) =>
            {
                for (var i = 0; i < row.Used; i++) points[i] = row[i];
                wider.Write(step, generation, points.AsSpan(0, row.Used));
            });
            level.Ring.Dispose();
            level.Ring = wider;
            level.Widen(width);
        }
        _directory.Width = width;
        _directoryChanged = true;
        SaveDirectory();
        foreach (var level in _levels) _files.Delete(Ring.NameOf(level.Ring.Resolution, old));
    }

    private SeriesDirectory Load(out Level[] levels)
    {
        var bytes = _files.ReadDirectory();
        var directory = bytes is null ? null : SeriesDirectory.Decode(bytes);
        if (directory is not null)
        {
            levels = Open(directory.Width);
            if (NewestGeneration(levels) <= directory.Generation) return directory;
            foreach (var level in levels) level.Ring.Dispose();
        }
        // rows without their list are numbers of nobody knows what
        _files.SetAside();
        levels = Open(FirstWidth);
        return new() { Width = FirstWidth };
    }

    private Level[] Open(int width) =>
        [.. _options.Resolutions.Select(r => new Level(new(r, _files.Open(Ring.NameOf(r, width)), width), width))];

    private static long NewestGeneration(Level[] levels)
    {
        var newest = 0L;
        levels[0].Ring.ReadAll((_, generation, _) => newest = Math.Max(newest, generation));
        return newest;
    }

    // what a crash took of the points that were not complete is in the finest ring
    private void Resume()
    {
        var finest = _levels[0].Ring;
        var newest = Level.None;
        finest.ReadAll((step, _, _) => newest = Math.Max(newest, step));
        if (newest == Level.None) return;
        foreach (var level in _levels.Where(l => l.Ring.Resolution.IsAggregated))
        {
            var each = level.Ring.Resolution.Step.Ticks / finest.Resolution.Step.Ticks;
            level.Step = newest / each;
            if (each > finest.Resolution.Rows) continue;
            finest.Read(level.Step * each, newest, (_, generation, row) =>
            {
                for (var i = 0; i < Math.Min(row.Used, _directory.Count); i++)
                    if (generation >= _directory.Entries[i].Since) level.Current[i] = level.Current[i].With(row[i]);
            });
            level.IsDirty = true;
        }
    }

    private sealed class Level
    {
        public const long None = long.MinValue;

        public Level(Ring ring, int width)
        {
            Ring = ring;
            Current = new SeriesPoint[width];
            Array.Fill(Current, SeriesPoint.Gap);
        }

        public Ring Ring { get; set; }

        /// <summary>The step that is being filled.</summary>
        public long Step { get; set; } = None;

        public SeriesPoint[] Current { get; private set; }

        public bool IsDirty { get; set; }

        public void Widen(int width)
        {
            var wider = new SeriesPoint[width];
            Array.Fill(wider, SeriesPoint.Gap);
            Current.CopyTo(wider, 0);
            Current = wider;
        }
    }
}
