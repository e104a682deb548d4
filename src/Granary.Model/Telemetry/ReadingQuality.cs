using Orleans;

namespace Granary.Model;

/// <summary>How far a number of a machine can be trusted.</summary>
[GenerateSerializer]
public enum ReadingQuality : byte
{
    /// <summary>The machine does not say, or not now: the value is not a number.</summary>
    Absent,

    /// <summary>Derived from what the machine says, with a known error; the documentation of the metric says which.</summary>
    Estimated,

    /// <summary>What the kernel counted.</summary>
    Measured,
}
