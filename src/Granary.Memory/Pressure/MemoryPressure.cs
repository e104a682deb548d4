namespace Granary.Memory.Pressure;

/// <summary>Watches memory and has registered actions done: each at its level and above, as often as readings stay there; callbacks when the level changes.</summary>
/// <remarks>Actions run one after another in the call that reads. One that throws is counted and does not keep others from running; one that is registered for a higher level runs after those of lower ones.</remarks>
/// <param name="read">Where readings come from: <see cref="MemoryProbe.Read"/>.</param>
public sealed class MemoryPressure(Func<MemoryReading> read, PressureOptions options, TimeProvider time)
{
    private readonly PressureState _state = new(options);
    private readonly Lock _lock = new();
    private readonly List<(PressureLevel Level, string Name, Func<long> Act)> _actions = [];
    private readonly List<Action<PressureLevel, PressureLevel>> _callbacks = [];
    private readonly long _started = time.GetTimestamp();
    private long _freed, _acted, _failed, _changes;

    public PressureLevel Level { get; private set; }

    public MemoryReading Last { get; private set; }

    /// <summary>Actions done, those that threw, what they said they freed in bytes, and changes of the level.</summary>
    public (long Acted, long Failed, long FreedBytes, long Changes) Counts => (Interlocked.Read(ref _acted), Interlocked.Read(ref _failed), Interlocked.Read(ref _freed), Interlocked.Read(ref _changes));

    /// <summary>Registers what is to be done from a level on.</summary>
    /// <param name="act">Gives the bytes that it freed, about.</param>
    public IDisposable At(PressureLevel level, string name, Func<long> act)
    {
        var entry = (level, name, act);
        lock (_lock)
        {
            _actions.Add(entry);
            _actions.Sort((a, b) => a.Level.CompareTo(b.Level));
        }
        return new Registration(() =>
        {
            lock (_lock) _actions.Remove(entry);
        });
    }

    /// <summary>Tells of changes, old level and new.</summary>
    public IDisposable OnChange(Action<PressureLevel, PressureLevel> callback)
    {
        lock (_lock) _callbacks.Add(callback);
        return new Registration(() =>
        {
            lock (_lock) _callbacks.Remove(callback);
        });
    }

    /// <summary>Reads once, tells of a change and acts. Called by its owner at even times, one call at a time.</summary>
    /// <returns>What was done, by name, with what it freed; null where it threw.</returns>
    public IReadOnlyList<(string Name, long? Freed)> Look()
    {
        Last = read();
        var before = Level;
        Level = _state.Observe(Last, time.GetElapsedTime(_started));
        (PressureLevel Level, string Name, Func<long> Act)[] actions;
        Action<PressureLevel, PressureLevel>[] callbacks;
        lock (_lock) (actions, callbacks) = ([.. _actions], [.. _callbacks]);
        if (Level != before)
        {
            Interlocked.Increment(ref _changes);
            foreach (var callback in callbacks) Try(() =>
            {
                callback(before, Level);
                return 0;
            });
        }
        if (Level == PressureLevel.None) return [];
        var done = new List<(string, long?)>();
        foreach (var (level, name, act) in actions)
        {
            if (level > Level || level == PressureLevel.None) continue;
            var freed = Try(act);
            done.Add((name, freed));
            if (freed is { } bytes) Interlocked.Add(ref _freed, bytes);
            Interlocked.Increment(ref _acted);
        }
        return done;
    }

    private long? Try(Func<long> act)
    {
        try
        {
            return act();
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _failed);
            return null;
        }
    }

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
