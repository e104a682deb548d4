using Granary.Caching.Policies;

namespace Granary.Caching.Prefetch;

/// <summary>
/// Learns from requests which keys will be asked for next: runs in steps of one or of another length, of several interleaved at a time, and pairs of keys that
/// follow each other. Each kind of guess is measured against what is asked for afterwards, and stops being made while it is wrong too often. Pure: it says what
/// to fetch and fetches nothing. Keys are numbers, for words their hashes (which only have successors). Not thread-safe. O(1) a request.
/// </summary>
public sealed class Prefetcher
{
    /// <summary>Runs that are followed at a time; the one unused for longest is given up.</summary>
    private const int Streams = 8;

    /// <summary>A step longer than this belongs to another run.</summary>
    private const long LongestStep = 1 << 16;

    private readonly PrefetchOptions _options;
    private readonly PatternScore[] _scores;
    private readonly Run[] _runs = new Run[Streams];
    private readonly Dictionary<ulong, Successor> _successors = [];
    private readonly Queue<ulong> _order = new();
    private readonly Dictionary<ulong, PrefetchPattern> _open = [];
    private readonly Queue<(ulong Key, long Due)> _due = new();
    private ulong? _last;
    private long _requests;

    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public Prefetcher(PrefetchOptions? options = null)
    {
        _options = (options ?? new PrefetchOptions()).Validated();
        _scores = [.. Enum.GetValues<PrefetchPattern>().Select(p => new PatternScore(p, _options))];
    }

    /// <summary>How good each kind of guess has been.</summary>
    public IReadOnlyList<PrefetchStatistics> Statistics => [.. _scores.Select(s => s.Statistics())];

    /// <summary>One request, hit or miss.</summary>
    /// <param name="fetch">What to fetch now is added here; keys that are in the cache already among it.</param>
    public void Requested(ulong key, ICollection<ulong> fetch)
    {
        _requests++;
        if (_open.Remove(key, out var pattern)) _scores[(int)pattern].Settle(right: true);
        while (_due.TryPeek(out var oldest) && oldest.Due <= _requests)
        {
            _due.Dequeue();
            if (_open.Remove(oldest.Key, out var failed)) _scores[(int)failed].Settle(right: false);
        }
        if (key != _last && !FollowRun(key, fetch)) FollowSuccessor(key, fetch);
        Learn(key);
    }

    /// <summary>True when the request continues a run.</summary>
    private bool FollowRun(ulong key, ICollection<ulong> fetch)
    {
        var (best, oldest) = (-1, 0);
        for (var i = 0; i < Streams; i++)
        {
            ref var run = ref _runs[i];
            var step = unchecked((long)(key - run.At));
            if (run.Length > 0 && step == run.Step && run.Step != 0) best = i;
            else if (best < 0 && run.Length == 1 && step != 0 && Math.Abs(step) <= LongestStep) best = i;
            if (run.Used < _runs[oldest].Used) oldest = i;
        }
        ref var chosen = ref _runs[best < 0 ? oldest : best];
        if (best < 0)
        {
            chosen = new Run { At = key, Length = 1, Used = _requests };
            return false;
        }
        var by = unchecked((long)(key - chosen.At));
        chosen = new Run { At = key, Step = by, Length = chosen.Step == by ? chosen.Length + 1 : 2, Used = _requests };
        if (chosen.Length <= _options.RunLength) return false;
        var pattern = by == 1 ? PrefetchPattern.Sequential : PrefetchPattern.Stride;
        for (var i = 1; i <= _options.Ahead; i++) Predict(unchecked(key + (ulong)(by * i)), pattern, fetch);
        return true;
    }

    private void FollowSuccessor(ulong key, ICollection<ulong> fetch)
    {
        if (_successors.TryGetValue(key, out var next) && next.Confidence > 1) Predict(next.Key, PrefetchPattern.Successor, fetch);
    }

    private void Predict(ulong key, PrefetchPattern pattern, ICollection<ulong> fetch)
    {
        if (_open.ContainsKey(key)) return;
        var guess = _scores[(int)pattern].Decide();
        if (guess == Guess.Drop) return;
        _open.Add(key, pattern);
        _due.Enqueue((key, _requests + _options.WrongAfter));
        if (guess == Guess.Make) fetch.Add(key);
    }

    private void Learn(ulong key)
    {
        if (_last is { } before && before != key)
        {
            if (!_successors.TryGetValue(before, out var known))
            {
                if (_successors.Count >= _options.Remembered) _successors.Remove(_order.Dequeue());
                _order.Enqueue(before);
                known = new Successor(key, 0);
            }
            // Two in a row make it, and as many others in a row unmake it.
            _successors[before] = known.Key == key ? known with { Confidence = Math.Min(3, known.Confidence + 1) }
                : known.Confidence > 1 ? known with { Confidence = known.Confidence - 1 }
                : new Successor(key, 1);
        }
        _last = key;
    }

    /// <summary>A word's number: no two words are near each other.</summary>
    public static ulong NumberOf(ReadOnlySpan<byte> word)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var b in word) hash = (hash ^ b) * 0x100000001B3;
        return Mixer.Mix(hash);
    }

    private struct Run
    {
        public ulong At;
        public long Step;
        public int Length;
        public long Used;
    }

    private readonly record struct Successor(ulong Key, int Confidence);
}
