using Granary.Model;

namespace Granary.Distribution.Nodes;

/// <summary>A node while the work has to do with it: its last reading, less what was planned there since, and what it has done.</summary>
internal sealed class NodeRoom(string name)
{
    /// <summary>Tasks at once on a node that say they need nothing.</summary>
    private const int MostOfNothing = 64;

    public string Name { get; } = name;

    public bool Ready { get; private set; }

    public bool Silent { get; private set; }

    public ResourceSet Free { get; private set; } = ResourceSet.Zero;

    /// <summary>What leases of others held when it was read.</summary>
    public ResourceSet Others { get; private set; } = ResourceSet.Zero;

    /// <summary>Since when it has room and nothing of its own to do; 0 when that is not so.</summary>
    public long IdleSince { get; set; }

    public int Done { get; set; }

    /// <summary>Against the others: 1 is as fast; 0 while unknown.</summary>
    public double Speed { get; set; }

    /// <summary>The speed to reckon with.</summary>
    public double Pace => Speed > 0 ? Speed : 1;

    public void Read(NodeReading reading) => (Ready, Silent, Free, Others) = (reading.Ready, reading.Silent, reading.Free, reading.Used);

    /// <summary>A task of this work was among the leases that were read.</summary>
    public void IsOwn(ResourceSet request) => Others = NodeReading.Minus(Others, request);

    /// <summary>Others hold what a task of this work could have.</summary>
    public bool IsContended(ResourceSet request) => Ready && NodeReading.Times(Others, request, 1) > 0;

    public void Gone() => (Ready, Silent, Free, Others) = (false, true, ResourceSet.Zero, ResourceSet.Zero);

    public void Take(ResourceSet request) => Free = NodeReading.Minus(Free, request);

    public void Give(ResourceSet request) => Free = NodeReading.Plus(Free, request);

    public int Slots(ResourceSet request) => Ready ? NodeReading.Times(Free, request, MostOfNothing) : 0;
}
