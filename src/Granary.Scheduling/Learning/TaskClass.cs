using Granary.Model;

namespace Granary.Scheduling.Learning;

/// <summary>Tasks whose run times are learned as one: those of one declared class, else of one agent and name; those with a declared duration by how far they are off it.</summary>
internal readonly record struct RunClass(string Agent, string Name, bool Declared)
{
    public static RunClass Of(TaskSpec spec)
    {
        var declared = spec.Duration is { } duration && duration > TimeSpan.Zero;
        return spec.Terms is { Class.Length: > 0 } terms ? new RunClass("", terms.Class, declared) : new RunClass(spec.Agent, spec.Name, declared);
    }
}

/// <summary>What is known of one task class.</summary>
internal sealed class TaskClass
{
    public Pair[] Pairs { get; private set; } = [];

    public long Runs { get; set; }

    /// <summary>The model's observation that last changed it.</summary>
    public long UpdatedAt { get; set; }

    public ref Pair Pair(int node)
    {
        if (Pairs.Length <= node)
        {
            var pairs = Pairs;
            Array.Resize(ref pairs, node + 1);
            Pairs = pairs;
        }
        return ref Pairs[node];
    }
}

/// <summary>Runs of a task class on a node class: how many, their mean logarithm, and the sum of squares around it.</summary>
internal struct Pair
{
    public double Runs;
    public double Mean;
    public double Squares;
}

/// <summary>How much longer than elsewhere tasks take on a class of machines, as a logarithm, and how many runs say so.</summary>
internal readonly record struct Slowness(double Mean, double Weight);

/// <param name="Mean">Logarithm of the run time expected, or of that over what was declared.</param>
/// <param name="Deviation">Of the mean.</param>
/// <param name="Runs">Remembered runs of the very pair.</param>
/// <param name="ClassRuns">Runs of the task class on any machine.</param>
internal readonly record struct Prediction(double Mean, double Deviation, long Runs, long ClassRuns)
{
    /// <summary>The least it may well be: what is little known is worth a try, more so the longer it has not been.</summary>
    public double Hope => Mean - (Deviation * Math.Sqrt(Math.Log(2 + ClassRuns)));
}
