using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Which values can be shared between caller and grain, because nothing about them can change.</summary>
internal static class Shallow
{
    private static readonly HashSet<string> Immutables = new()
    {
        "System.Guid", "System.DateTime", "System.DateTimeOffset", "System.TimeSpan", "System.DateOnly", "System.TimeOnly", "System.Int128",
        "System.UInt128", "System.Numerics.BigInteger", "System.Uri", "System.Version", "System.Net.IPAddress", "System.Net.IPEndPoint",
        "Orleans.Runtime.GrainId", "Orleans.Runtime.GrainType", "Orleans.Runtime.IdSpan", "Orleans.Runtime.StreamId",
        "System.Threading.CancellationToken",
    };

    private static readonly HashSet<string> ImmutableContainers = new()
    {
        "System.Collections.Immutable.ImmutableArray`1", "System.Collections.Immutable.ImmutableList`1",
        "System.Collections.Immutable.ImmutableHashSet`1", "System.Collections.Immutable.ImmutableDictionary`2",
        "System.Collections.Immutable.ImmutableSortedDictionary`2", "System.Collections.Generic.KeyValuePair`2", "System.Nullable`1",
    };

    public static bool IsShallow(ITypeSymbol type) => IsShallow(type, new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default));

    private static bool IsShallow(ITypeSymbol type, HashSet<ITypeSymbol> open)
    {
        if (type.TypeKind == TypeKind.Enum || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_String)
            return true;
        if (type is not INamedTypeSymbol named)
            return false;
        if (named.Has(Names.Immutable) || Immutables.Contains(named.ToDisplayString()))
            return true;
        if (named.IsTupleType || ImmutableContainers.Contains(CodecExpressions.MetadataName(named)))
            return named.TypeArguments.All(t => IsShallow(t, open));
        if (!named.Has(Names.GenerateSerializer) || named.IsAbstract || !open.Add(named))
            return false;

        bool shallow;
        if (named.IsValueType)
        {
            shallow = Members.Of(named).All(m => IsShallow(m.Type, open));
        }
        else
        {
            shallow = named.IsSealed;
            for (var t = named; shallow && t is { SpecialType: not SpecialType.System_Object }; t = t.BaseType)
                shallow = t.GetMembers().OfType<IFieldSymbol>().Where(f => !f.IsStatic).All(f => IsFixed(f) && IsShallow(f.Type, open));
        }
        open.Remove(named);
        return shallow;
    }

    private static bool IsFixed(IFieldSymbol field)
        => field.IsReadOnly || field.AssociatedSymbol is IPropertySymbol { SetMethod: null or { IsInitOnly: true } };
}
