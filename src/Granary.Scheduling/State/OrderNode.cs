using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.State;

/// <summary>A place in the agents' tree, with what is owed there.</summary>
internal abstract class OrderNode : OrderItem
{
    /// <summary>An amount that no limit reaches: that lane is not limited.</summary>
    public const long NoLimit = int.MaxValue * 4L;

    public GroupEntry? Parent { get; set; }

    /// <summary>What it and everything below it holds.</summary>
    public ResourceTotals Used { get; set; }

    /// <summary>What it and everything below it holds in other pools of the cohort, as far as this one was told.</summary>
    public ResourceTotals Elsewhere { get; set; }

    /// <summary>Something of <see cref="Elsewhere"/> is not zero.</summary>
    public bool HasElsewhere { get; set; }

    /// <summary>What its share is counted of.</summary>
    public ResourceTotals Counted => HasElsewhere ? Used + Elsewhere : Used;

    /// <summary>What leases hold that have been told to stop.</summary>
    public ResourceTotals Leaving { get; set; }

    /// <summary>What room is being made for.</summary>
    public ResourceTotals Claimed { get; set; }

    /// <summary>What it will hold when all who were told to stop have, and those they make room for have started.</summary>
    public ResourceTotals EffectiveUse => Used - Leaving + Claimed;

    /// <summary>Relative share among its siblings, as declared.</summary>
    public abstract double Weight { get; }

    /// <summary>What feedback makes of the weight; 1 unless the pool adapts weights.</summary>
    public double Factor { get; set; } = 1;

    public double EffectiveWeight => Weight * Factor;

    public bool HasGuarantee { get; private set; }

    public ResourceTotals Guarantee { get; private set; }

    /// <summary>The guarantee as the whole that a ratio is taken of.</summary>
    public ShareBasis GuaranteeBasis { get; private set; }

    /// <summary>Without bound in the lanes that are guaranteed, nothing in the others.</summary>
    public ResourceVector Guaranteed { get; private set; }

    public bool HasLimit { get; private set; }

    public ResourceTotals Limit { get; private set; } = ResourceTotals.Unbounded;

    /// <summary>What it may still take under its own limit.</summary>
    public ResourceVector OwnHeadroom { get; private set; } = ResourceVector.Infinite;

    /// <summary>The nearest group above with a limit; null for none.</summary>
    public GroupEntry? LimitedAbove { get; set; }

    /// <summary>Some limit holds it, its own or one above.</summary>
    public bool IsLimited => HasLimit || LimitedAbove is not null;

    /// <summary>What it may still take under its own limit and those above it.</summary>
    public ResourceVector Headroom
    {
        get
        {
            var headroom = OwnHeadroom;
            for (var group = LimitedAbove; group is not null; group = group.LimitedAbove) headroom = ResourceVector.Min(headroom, group.OwnHeadroom);
            return headroom;
        }
    }

    /// <summary>The headroom grew: what was passed over for the limit must be tried again.</summary>
    public bool Recheck { get; set; }

    public DecayedUse Past { get; } = new();

    /// <summary>Its virtual time: up to where it has been served among its siblings. 0 unless the pool queues by virtual time.</summary>
    public double Served { get; set; }

    /// <summary>Its place in the tree that shares are computed of; -1 when it has no demand.</summary>
    public int ShareNode { get; set; }

    /// <summary>True when the group holds it, however far down.</summary>
    public bool IsIn(GroupEntry group)
    {
        for (var above = Parent; above is not null; above = above.Parent)
            if (ReferenceEquals(above, group)) return true;
        return false;
    }

    protected void SetBounds(ResourceSet guarantee, ResourceSet limit, ResourceLanes lanes)
    {
        var (guaranteed, limited) = (lanes.ToVector(guarantee), lanes.ToVector(limit));
        Guarantee = ResourceTotals.Zero + guaranteed;
        HasGuarantee = !Guarantee.IsZero;
        GuaranteeBasis = new ShareBasis(Guarantee);
        HasLimit = !limited.IsZero;
        Span<long> bounds = stackalloc long[ResourceVector.Lanes];
        Span<int> mask = stackalloc int[ResourceVector.Lanes];
        for (var lane = 0; lane < bounds.Length; lane++)
        {
            bounds[lane] = limited[lane] == 0 ? NoLimit : limited[lane];
            mask[lane] = guaranteed[lane] == 0 ? 0 : int.MaxValue;
        }
        Guaranteed = new ResourceVector(mask);
        Limit = HasLimit ? new ResourceTotals(bounds) : ResourceTotals.Unbounded;
        UseChanged();
        Recheck = true;
    }

    /// <summary>What is left under its own limit, after its use or the limit changed.</summary>
    public void UseChanged() => OwnHeadroom = HasLimit ? (Limit - Used).Clamped() : ResourceVector.Infinite;
}
