using System.Runtime.CompilerServices;

namespace Granary.Simulation.Swf;

/// <summary>One line of a trace as it is written; -1 is unknown.</summary>
[InlineArray(SwfFields.Count)]
internal struct SwfRecord
{
    private double _first;

    public double this[SwfField field]
    {
        readonly get => this[(int)field];
        set => this[(int)field] = value;
    }
}
