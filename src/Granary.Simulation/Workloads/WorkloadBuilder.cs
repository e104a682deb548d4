using System.Globalization;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Simulation.Workloads;

/// <summary>Collects jobs from a trace: counts what cannot be replayed, sorts what is unordered, and says so.</summary>
public sealed class WorkloadBuilder(string path)
{
    private readonly List<Job> _jobs = [];
    private readonly List<string> _notes = [];
    private int _unrun;
    private int _empty;
    private int _unordered;
    private long _latest = long.MinValue;

    /// <summary>Jobs so far.</summary>
    public int Count => _jobs.Count;

    /// <param name="job">With times since any epoch; jobs that never ran or hold nothing are counted and left out.</param>
    public void Add(in Job job)
    {
        if (job.Run <= 0)
        {
            _unrun++;
            return;
        }
        if (job.Processors <= 0)
        {
            _empty++;
            return;
        }
        if (job.Submit < _latest) _unordered++;
        _latest = Math.Max(_latest, job.Submit);
        _jobs.Add(job.Estimate > 0 ? job : job with { Estimate = job.Run });
    }

    public void Note(string note) => _notes.Add(note);

    /// <exception cref="GranaryException">Invalid, when nothing is left to replay.</exception>
    public Workload Build(int processors = 0, IReadOnlyList<string>? agents = null, int unitsPerProcessor = 1)
    {
        if (_jobs.Count == 0)
            throw GranaryException.Invalid(_unrun + _empty == 0
                ? $"{path}: has no jobs"
                : Text($"{path}: none of its {_unrun + _empty} jobs ran; a job needs a run time over 0 and at least one processor"));
        if (_unrun > 0) _notes.Add(Text($"{_unrun} jobs left out: cancelled before they started, or without a run time"));
        if (_empty > 0) _notes.Add(Text($"{_empty} jobs left out: without processors"));
        // A stable sort keeps the trace's own order among equals.
        var jobs = _unordered == 0 ? _jobs.ToArray() : [.. _jobs.OrderBy(j => j.Submit)];
        if (_unordered > 0) _notes.Add(Text($"{_unordered} jobs were submitted before the line above them: sorted by submit time"));
        var first = jobs[0].Submit;
        if (first != 0)
            for (var i = 0; i < jobs.Length; i++)
                jobs[i] = jobs[i] with { Submit = jobs[i].Submit - first, Deadline = jobs[i].Deadline == 0 ? 0 : Math.Max(1, jobs[i].Deadline - first) };
        return new Workload
        {
            Jobs = jobs,
            Processors = processors,
            UnitsPerProcessor = unitsPerProcessor,
            Skipped = _unrun + _empty,
            Agents = agents ?? [],
            Notes = _notes,
        };
    }

    /// <summary>Seconds as microseconds.</summary>
    public static long Micros(double seconds) => (long)Math.Round(seconds * Clock.Second);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
