using Granary.Model;

namespace Granary.Telemetry;

/// <summary>
/// What became of a pool's tasks, by class: times, ends, efficiency, and what went wrong how often. Bounded whatever comes: <see cref="MostClasses"/> classes
/// and then <see cref="Other"/>, and the most frequent <see cref="MostPatterns"/> reasons, agents and nodes. Decides nothing; time comes in as an argument.
/// </summary>
public sealed class ApplicationBook
{
    /// <summary>Where tasks go whose class finds no place. No class can be named so by accident: it has no place of its own.</summary>
    public const string Other = "_other";

    /// <summary>Classes with a place of their own.</summary>
    public const int MostClasses = 64;

    /// <summary>Reasons, agents and nodes that are told apart.</summary>
    public const int MostPatterns = 64;

    /// <summary>Recent is this long at least, and twice as long at most.</summary>
    public static readonly TimeSpan RecentPeriod = TimeSpan.FromMinutes(30);

    /// <summary>A class that nothing was heard of for this long gives its place to another.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromDays(1);

    private const byte Format = 1;
    private readonly Dictionary<string, ClassBook> _classes = new(StringComparer.Ordinal);
    private readonly TopCounts _reasons = new(MostPatterns);
    private readonly TopCounts _agents = new(MostPatterns);
    private readonly TopCounts _nodes = new(MostPatterns);
    private readonly TopCounts _patterns = new(MostPatterns);
    private DateTimeOffset _turn;

    /// <param name="now">Its beginning.</param>
    public ApplicationBook(DateTimeOffset now) => (Since, _turn) = (now, now);

    /// <summary>Since when it counts.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Changes with everything that is added.</summary>
    public long Version { get; private set; }

    public long Ended { get; private set; }

    public long Failed { get; private set; }

    public void Add(in TaskOutcome outcome, DateTimeOffset now)
    {
        Turn(now);
        Version++;
        var book = Find(outcome.Class.Length == 0 ? "" : outcome.Class, now);
        book.Last = now;
        book.Add(outcome);
        if (outcome.State.IsFinal()) Ended++;
        if (!IsError(outcome)) return;
        if (outcome.State.IsFinal()) Failed++;
        _reasons.Add(outcome.Reason);
        _agents.Add(outcome.Agent);
        if (outcome.Node.Length > 0) _nodes.Add(outcome.Node);
        _patterns.Add($"{outcome.Reason}|{outcome.Agent}|{outcome.Node}");
    }

    /// <summary>Every class, by how many tasks of it have ended.</summary>
    public IReadOnlyList<ClassSummary> Classes(DateTimeOffset now)
    {
        Turn(now);
        return [.. _classes.Select(c => Summary(c.Key, c.Value)).OrderByDescending(c => c.Ended.Values.Sum()).ThenBy(c => c.Class, StringComparer.Ordinal)];
    }

    /// <summary>What went wrong most often, of attempts and of tasks that never began.</summary>
    public ErrorSummary Errors(int most) => new(_reasons.Total, Counts(_reasons, most), Counts(_agents, most), Counts(_nodes, most),
        [.. _patterns.Top(most).Select(p => (p, Parts: p.Key.Split('|'))).Select(p => new ErrorPattern(p.Parts[0], p.Parts[1], p.Parts[2], p.p.Count, p.p.Error))]);

    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write7BitEncodedInt64(Since.UtcTicks);
        writer.Write7BitEncodedInt64(_turn.UtcTicks);
        writer.Write7BitEncodedInt64(Ended);
        writer.Write7BitEncodedInt64(Failed);
        writer.Write7BitEncodedInt(_classes.Count);
        foreach (var (name, book) in _classes)
        {
            writer.Write(name);
            book.Write(writer);
        }
        foreach (var top in (ReadOnlySpan<TopCounts>)[_reasons, _agents, _nodes, _patterns]) top.Write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">Damaged, or of a newer build.</exception>
    public static ApplicationBook Load(byte[] saved)
    {
        using var reader = new BinaryReader(new MemoryStream(saved));
        try
        {
            if (reader.ReadByte() is not Format and var format) throw new InvalidDataException($"application metrics of format {format} are of another build");
            var read = new ApplicationBook(new DateTimeOffset(reader.Read7BitEncodedInt64(), TimeSpan.Zero))
            {
                _turn = new DateTimeOffset(reader.Read7BitEncodedInt64(), TimeSpan.Zero),
                Ended = reader.Read7BitEncodedInt64(),
                Failed = reader.Read7BitEncodedInt64(),
            };
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--) read._classes[reader.ReadString()] = ClassBook.Read(reader);
            foreach (var top in (ReadOnlySpan<TopCounts>)[read._reasons, read._agents, read._nodes, read._patterns]) top.Read(reader);
            return read;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("application metrics are damaged", e);
        }
    }

    private static bool IsError(in TaskOutcome outcome) => outcome.State is TaskState.Failed or TaskState.Lost or TaskState.Rejected or TaskState.Queued;

    private ClassBook Find(string name, DateTimeOffset now)
    {
        if (_classes.TryGetValue(name, out var known)) return known;
        if (_classes.Count >= MostClasses && !MakeRoom(now))
        {
            if (!_classes.TryGetValue(Other, out var other)) _classes[Other] = other = new();
            return other;
        }
        return _classes[name] = new();
    }

    private bool MakeRoom(DateTimeOffset now)
    {
        var idle = _classes.Where(c => c.Key != Other && now - c.Value.Last > IdleAfter).OrderBy(c => c.Value.Last).Select(c => c.Key).FirstOrDefault();
        if (idle is null) return false;
        _classes.Remove(idle, out var book);
        if (!_classes.TryGetValue(Other, out var other)) _classes[Other] = other = new();
        other.Add(book!);
        return _classes.Count <= MostClasses;
    }

    private void Turn(DateTimeOffset now)
    {
        if (now - _turn < RecentPeriod) return;
        var twice = now - _turn >= 2 * RecentPeriod;
        _turn = now;
        foreach (var book in _classes.Values)
        {
            book.Turn();
            if (twice) book.Turn();
        }
    }

    private static ClassSummary Summary(string name, ClassBook book)
    {
        var recent = book.Recent();
        var succeeded = book.Ended[(int)TaskState.Succeeded];
        return new ClassSummary
        {
            Class = name,
            Ended = Enum.GetValues<TaskState>().Where(s => s.IsFinal()).ToDictionary(s => s, s => book.Ended[(int)s]),
            Attempts = book.Attempts,
            Retried = book.Retried,
            Preempted = book.Preempted,
            Wait = TimeFigures.Of(book.All.Wait),
            Run = TimeFigures.Of(book.All.Run),
            Total = TimeFigures.Of(book.All.Total),
            RecentWait = TimeFigures.Of(recent.Wait),
            RecentRun = TimeFigures.Of(recent.Run),
            RecentTotal = TimeFigures.Of(recent.Total),
            CpuEfficiency = book.CpuRequested > 0 ? book.CpuUsed / book.CpuRequested : null,
            MemoryEfficiency = book.MemoryRequested > 0 ? book.MemoryUsed / book.MemoryRequested : null,
            Goodput = book.Attempts > 0 ? Math.Min(1, succeeded / (double)book.Attempts) : null,
            Last = book.Last,
        };
    }

    private static IReadOnlyList<ErrorCount> Counts(TopCounts counts, int most) => [.. counts.Top(most).Select(c => new ErrorCount(c.Key, c.Count, c.Error))];
}
