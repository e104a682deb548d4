using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>A guarantee that a limit forbids is no guarantee.</summary>
internal static class GuaranteeRules
{
    /// <param name="what">Whose they are, for the message.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static void Check(ResourceSet guarantee, ResourceSet limit, string what)
    {
        foreach (var (name, amount) in guarantee.Named())
            if (limit.AmountOf(name) is var most and > 0 && most < amount)
                throw GranaryException.Invalid($"{what}: limit {name}={Quantity.Format(name, most)} is below its guarantee {name}={Quantity.Format(name, amount)}; raise the limit or lower the guarantee");
    }
}
