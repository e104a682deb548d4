using Granary.Telemetry;

namespace Granary.Cli.Load;

/// <summary>
/// What calls took. The response time counts from when a call was meant to begin, so that a server that stands still is charged with every call
/// that it held up; the service time counts from when it was sent, and hides them (Tene: coordinated omission). Safe for many threads.
/// </summary>
internal sealed class LoadRecord
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LoadCall, LogLinearHistogram> _responses = [];
    private readonly Dictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly LogLinearHistogram _service = new();
    private readonly LogLinearHistogram _late = new();
    private LogLinearHistogram _interval = new();

    /// <param name="call">What it was.</param>
    /// <param name="intended">When it was meant to begin, µs.</param>
    /// <param name="sent">When it was sent, µs.</param>
    /// <param name="done">When it was answered, µs.</param>
    /// <param name="error">The kind of its failure; null when it succeeded.</param>
    public void Add(LoadCall call, long intended, long sent, long done, string? error)
    {
        lock (_gate)
        {
            _late.Add(sent - intended);
            if (error is not null)
            {
                _errors[error] = _errors.GetValueOrDefault(error) + 1;
                return;
            }
            if (!_responses.TryGetValue(call, out var histogram)) _responses[call] = histogram = new LogLinearHistogram();
            histogram.Add(done - intended);
            _interval.Add(done - intended);
            _service.Add(done - sent);
        }
    }

    /// <summary>Calls that were sent and not answered in the end.</summary>
    public void AddUnanswered(int count)
    {
        lock (_gate) _errors["unanswered"] = _errors.GetValueOrDefault("unanswered") + count;
    }

    /// <summary>The response times since this was called last.</summary>
    public LogLinearHistogram TakeInterval()
    {
        lock (_gate)
        {
            var taken = _interval;
            _interval = new LogLinearHistogram();
            return taken;
        }
    }

    public LoadReport Report(double askedPerSecond, TimeSpan elapsed, int tasksPerSubmit)
    {
        lock (_gate)
        {
            var all = new LogLinearHistogram();
            foreach (var histogram in _responses.Values) all.Add(histogram);
            var submitted = _responses.TryGetValue(LoadCall.Submit, out var submits) ? submits.Count * tasksPerSubmit : 0;
            return new LoadReport(
                askedPerSecond, all.Count / elapsed.TotalSeconds, submitted / elapsed.TotalSeconds, elapsed,
                LatencyFigures.Of(all), LatencyFigures.Of(_service), LatencyFigures.Of(_late),
                _responses.OrderBy(r => r.Key).ToDictionary(r => r.Key, r => LatencyFigures.Of(r.Value)),
                new Dictionary<string, long>(_errors, StringComparer.Ordinal));
        }
    }
}
