using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>One accelerator that can be reserved.</summary>
/// <param name="Model">Those of one model are equally fast.</param>
/// <param name="MemoryMiB">0 for unknown: then no request that names memory fits.</param>
/// <param name="NumaNode">-1 for unknown.</param>
/// <param name="WholeOnly">It cannot be shared by time.</param>
public sealed record AcceleratorOffer(string Id, string Kind, string Model, long MemoryMiB, int NumaNode = -1, bool WholeOnly = false)
{
    /// <summary>Whose libraries drive it: <c>nvidia</c>, <c>amd</c>, ..., <c>simulated</c>; empty for unknown.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>Those that a node's capacity counts, in the order in which it numbers them.</summary>
    public static IReadOnlyList<AcceleratorOffer> Counted(Listed<AcceleratorInventory> found) =>
        [.. found.Items.Where(a => a.Kind == "gpu" ? a.MemoryMiB is { IsKnown: true, Value: > 0 } : a.Vendor is "declared" or "simulated").Select(Of).OfType<AcceleratorOffer>()];

    /// <summary>Null for one that is cut into instances: those, and not the card, are for tasks.</summary>
    public static AcceleratorOffer? Of(AcceleratorInventory found) => found.Partitioned.Or(false)
        ? null
        : new(found.Id, found.Kind, found.Model.Or(null) ?? found.Vendor, found.MemoryMiB.Or(0), (int)found.NumaNode.Or(-1), found.Kind is not "gpu") { Vendor = found.Vendor };
}

/// <summary>What a task asks of accelerators, in the words of placement on shared GPUs.</summary>
/// <param name="Milli">1 to 999: a share of one, by time. Whole thousands: so many whole ones, of one model.</param>
/// <param name="MemoryMiB">On each; 0 for the part that the share is of it.</param>
/// <param name="Kind"><c>gpu</c>, <c>fpga</c>, ...</param>
/// <param name="Model">Null for any.</param>
/// <param name="NumaNode">Where the task's cores are; -1 for anywhere. A wish.</param>
/// <param name="Among">Ids it must be among; null for any.</param>
public sealed record AcceleratorRequest(
    string TaskClass, long Milli, long MemoryMiB = 0, string Kind = "gpu", string? Model = null, int NumaNode = -1, IReadOnlyCollection<string>? Among = null);

/// <summary>What a task holds.</summary>
/// <param name="Milli">Of each.</param>
/// <param name="MemoryMiB">Of each; of whole ones that differ, of the smallest.</param>
/// <param name="Trial">It was given this model to find out how fast it is.</param>
public sealed record AcceleratorGrant(string Task, IReadOnlyList<string> Ids, string Model, long Milli, long MemoryMiB, bool Trial);

/// <summary>
/// Gives accelerators of one machine to tasks: whole, or shares by time with a limit of memory. Nothing is given twice, and what is released is
/// as it was. Pure: nothing here touches a device. Not for concurrent use.
/// </summary>
public sealed class AcceleratorRegistry
{
    private const int Whole = 1000;

    private readonly List<Slot> _slots = [];
    private readonly Dictionary<string, (AcceleratorRequest Request, AcceleratorGrant Grant)> _grants = new(StringComparer.Ordinal);

    private sealed class Slot(AcceleratorOffer offer)
    {
        public AcceleratorOffer Offer { get; } = offer;
        public long FreeMilli { get; set; } = Whole;
        public long FreeMiB { get; set; } = offer.MemoryMiB;
        public bool IsWhole => FreeMilli == Whole && FreeMiB == Offer.MemoryMiB;

        // cards of one model may differ in memory: a whole one goes with all of its own
        public long Taken(AcceleratorGrant grant) => grant.Milli == Whole ? Offer.MemoryMiB : grant.MemoryMiB;
    }

    /// <summary>How fast tasks ran: tell it with <see cref="SpeedTable.Learn"/>.</summary>
    public SpeedTable Speeds { get; } = new();

    public IReadOnlyCollection<AcceleratorGrant> Grants => [.. _grants.Values.Select(g => g.Grant)];

    /// <summary>What is free of each, in the order of registration.</summary>
    public IReadOnlyList<(string Id, long Milli, long MemoryMiB)> Free => [.. _slots.Select(s => (s.Offer.Id, s.FreeMilli, s.FreeMiB))];

    /// <returns>False when one of this id is there already.</returns>
    /// <exception cref="GranaryException">Invalid: no id, kind or model, or negative memory.</exception>
    public bool Register(AcceleratorOffer offer)
    {
        if (offer.Id.Length == 0 || offer.Kind.Length == 0 || offer.Model.Length == 0 || offer.MemoryMiB < 0)
            throw GranaryException.Invalid($"accelerator '{offer.Id}' needs an id, a kind, a model and memory of 0 or more");
        if (_slots.Any(s => s.Offer.Id == offer.Id)) return false;
        _slots.Add(new(offer));
        return true;
    }

    /// <summary>The accelerator is gone (fell off the bus, driver unloaded).</summary>
    /// <returns>Tasks that held it, in order: they hold nothing any more.</returns>
    public IReadOnlyList<string> Withdraw(string id)
    {
        var held = _grants.Values.Where(g => g.Grant.Ids.Contains(id)).Select(g => g.Grant.Task).Order(StringComparer.Ordinal).ToList();
        foreach (var task in held) Release(task);
        _slots.RemoveAll(s => s.Offer.Id == id);
        return held;
    }

    /// <summary>What <see cref="Reserve"/> would give; changes nothing.</summary>
    /// <param name="refusal">One line when null is returned: why, and what would help.</param>
    public AcceleratorGrant? Choose(string task, AcceleratorRequest request, out string refusal)
    {
        refusal = Check(request);
        if (refusal.Length > 0) return null;
        var count = request.Milli < Whole ? 1 : (int)(request.Milli / Whole);
        var milli = Math.Min(request.Milli, Whole);
        var fit = Of(request).Where(s => Fits(s, milli, request.MemoryMiB))
            .GroupBy(s => s.Offer.Model, StringComparer.Ordinal).Where(g => g.Count() >= count).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        if (fit.Count == 0)
        {
            refusal = Why(request, count, milli);
            return null;
        }
        var (order, trial) = Speeds.Rank(request.TaskClass, fit.Keys);
        var chosen = Pick(fit[order[0]], count, request.NumaNode);
        return new(task, [.. chosen.Select(s => s.Offer.Id)], order[0], milli, chosen.Min(s => MemoryOf(s, milli, request.MemoryMiB)), trial);
    }

    /// <summary>Gives the task the best there is for it. Asking again for the same gives the same.</summary>
    /// <param name="refusal">One line when null is returned.</param>
    public AcceleratorGrant? Reserve(string task, AcceleratorRequest request, out string refusal)
    {
        refusal = "";
        if (_grants.TryGetValue(task, out var held))
        {
            if (held.Request == request) return held.Grant;
            refusal = $"{task} holds {held.Grant.Ids.Count} accelerators for another request; release them first";
            return null;
        }
        if (Choose(task, request, out refusal) is not { } grant) return null;
        foreach (var slot in _slots.Where(s => grant.Ids.Contains(s.Offer.Id)))
        {
            slot.FreeMilli -= grant.Milli;
            slot.FreeMiB -= slot.Taken(grant);
        }
        _grants[task] = (request, grant);
        Speeds.Taken(request.TaskClass, grant.Model, grant.Trial);
        return grant;
    }

    /// <summary>Whether the request would fit were nothing else held.</summary>
    public bool CouldHold(AcceleratorRequest request) => Check(request).Length == 0
        && Of(request).Where(s => CouldFit(s, request)).GroupBy(s => s.Offer.Model).Any(g => g.Count() >= Math.Max(1, request.Milli / Whole));

    /// <returns>False when it held nothing.</returns>
    public bool Release(string task)
    {
        if (!_grants.Remove(task, out var held)) return false;
        foreach (var slot in _slots.Where(s => held.Grant.Ids.Contains(s.Offer.Id)))
        {
            slot.FreeMilli += held.Grant.Milli;
            slot.FreeMiB += slot.Taken(held.Grant);
        }
        return true;
    }

    private static bool Fits(Slot slot, long milli, long memory) => milli == Whole
        ? slot.IsWhole && slot.Offer.MemoryMiB >= memory
        : !slot.Offer.WholeOnly && slot.FreeMilli >= milli && slot.FreeMiB >= MemoryOf(slot, milli, memory);

    // a share that names no memory may take its part: else the first one could take all
    private static long MemoryOf(Slot slot, long milli, long memory) =>
        milli == Whole ? slot.Offer.MemoryMiB : memory > 0 ? memory : slot.Offer.MemoryMiB * milli / Whole;

    // near the task's cores, then the tightest: as shares take GPUs in a pool. Whole ones: on the fewest nodes
    private static List<Slot> Pick(List<Slot> fit, int count, int numa)
    {
        if (count == 1) return [fit.OrderBy(s => numa >= 0 && s.Offer.NumaNode != numa).ThenBy(s => s.FreeMilli).First()];
        var nodes = fit.GroupBy(s => s.Offer.NumaNode).ToList();
        var one = nodes.Where(g => g.Count() >= count).OrderBy(g => numa >= 0 && g.Key != numa).ThenBy(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault();
        return one is not null ? [.. one.Take(count)] : [.. nodes.OrderBy(g => numa >= 0 && g.Key != numa).ThenByDescending(g => g.Count()).SelectMany(g => g).Take(count)];
    }

    private IEnumerable<Slot> Of(AcceleratorRequest request) =>
        _slots.Where(s => s.Offer.Kind == request.Kind && (request.Model is null || s.Offer.Model == request.Model) && (request.Among?.Contains(s.Offer.Id) ?? true));

    private static bool CouldFit(Slot slot, AcceleratorRequest request) =>
        slot.Offer.MemoryMiB >= request.MemoryMiB && (request.Milli >= Whole || !slot.Offer.WholeOnly);

    private static string Check(AcceleratorRequest request) =>
        request.Milli <= 0 || (request.Milli > Whole && request.Milli % Whole != 0)
            ? string.Create(CultureInfo.InvariantCulture, $"{request.Milli} thousandths of an accelerator cannot be given; ask for 1 to 999, or for whole thousands")
            : request.Milli > Whole * 1024L ? "more than 1024 accelerators cannot be given on one machine"
            : request.MemoryMiB < 0 ? "memory is 0 or more" : "";

    private string Why(AcceleratorRequest request, int count, long milli)
    {
        var kind = Of(request).ToList();
        var what = request.Model is null ? request.Kind : $"{request.Kind} {request.Model}";
        if (kind.Count == 0) return $"no {what} is registered here";
        return CouldHold(request)
            ? $"all {what} that could hold it are in use; it fits when others release theirs"
            : string.Create(CultureInfo.InvariantCulture, $"no {what} here could ever hold {count} x {milli} thousandths with {request.MemoryMiB}Mi each; ask for less");
    }
}
