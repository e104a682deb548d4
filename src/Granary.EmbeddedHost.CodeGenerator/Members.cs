using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>A member of a type that is kept in messages.</summary>
internal sealed class Member
{
    public Member(ISymbol symbol, ITypeSymbol type, uint tag)
    {
        Symbol = symbol;
        Type = type;
        Tag = tag;
    }

    public ISymbol Symbol { get; }

    public ITypeSymbol Type { get; }

    public uint Tag { get; }

    public string Name => Symbol.Name;

    public INamedTypeSymbol Owner => Symbol.ContainingType;
}

/// <summary>Finds the members that are kept, and their tags.</summary>
/// <remarks>
/// An explicit [Id(n)] has tag 2n, a positional parameter of a record without one has tag 2i + 1, and each level of inheritance
/// starts 65,536 further on, so that a base class and a derived class number their members independently.
/// </remarks>
internal static class Members
{
    public const uint MaxId = 8191;
    private const uint Level = 65536;

    public static List<Member> Of(INamedTypeSymbol type)
    {
        var levels = new Stack<INamedTypeSymbol>();
        for (var t = type; t is not null && t.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType); t = t.BaseType)
        {
            if (t.Has(Names.GenerateSerializer))
                levels.Push(t);
        }
        var members = new List<Member>();
        var offset = 0u;
        foreach (var level in levels)
        {
            Add(level, offset, members);
            offset += Level;
        }
        return members;
    }

    public static IMethodSymbol? PrimaryConstructor(INamedTypeSymbol type) => type.InstanceConstructors.FirstOrDefault(c => c.Parameters.Length > 0
        && c.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null });

    private static void Add(INamedTypeSymbol type, uint offset, List<Member> members)
    {
        var primary = PrimaryConstructor(type);
        foreach (var symbol in type.GetMembers())
        {
            if (symbol.IsStatic)
                continue;
            var memberType = symbol switch
            {
                IPropertySymbol { IsIndexer: false } p => p.Type,
                IFieldSymbol { IsImplicitlyDeclared: false } f => f.Type,
                _ => null,
            };
            if (memberType is null || symbol is IPropertySymbol { IsAbstract: true })
                continue;
            var parameter = primary?.Parameters.FirstOrDefault(p => p.Name == symbol.Name);
            if (Id(symbol) is { } id || parameter is not null && Id(parameter) is { } parameterId && (id = parameterId) == parameterId)
                members.Add(new Member(symbol, memberType, offset + (id * 2)));
            else if (type.IsRecord && parameter is not null && symbol is IPropertySymbol)
                members.Add(new Member(symbol, memberType, offset + ((uint)parameter.Ordinal * 2) + 1));
        }
    }

    public static uint? Id(ISymbol symbol) => symbol.Argument(Names.Id) is uint id ? id : null;
}
