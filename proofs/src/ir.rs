//! The typed program: every name resolved, every call with its meaning.

use crate::ast::{Operator, Pos};
use crate::program::Global;
use crate::ty::{Inference, Ty};

/// A local variable of a function, by number: two variables of one name are two numbers.
pub type LocalId = usize;

#[derive(Clone, Debug)]
pub struct Local {
    pub name: String,
    pub ty: Ty,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub name: Global,
    pub locals: Vec<Local>,
    pub parameters: Vec<LocalId>,
    pub result: Ty,
    pub body: Block,
    pub types: Inference,
    /// Whether the function can panic, as far as its form shows.
    pub panics: bool,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub statements: Vec<Statement>,
    /// Nothing in a block that is run for its assignments.
    pub value: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub enum Statement {
    Let {
        pattern: Pattern,
        value: Expr,
    },
    /// `let p = e?;`
    Try {
        pattern: Pattern,
        value: Expr,
    },
    Assign {
        local: LocalId,
        value: Expr,
    },
    AssignIndex {
        local: LocalId,
        index: Expr,
        value: Expr,
    },
    /// An `if` or `match` for its assignments.
    Branch(Expr),
    For {
        variable: Pattern,
        from: Expr,
        to: Expr,
        body: Block,
    },
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub pos: Pos,
    pub ty: Ty,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Int(String),
    Bool(bool),
    Local(LocalId),
    Const(Global),
    Bytes(Vec<u8>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    /// A function of the specification.
    Call {
        function: Global,
        arguments: Vec<Expr>,
        panics: bool,
    },
    /// A function of the prelude; an empty name is the identity.
    Prelude {
        name: String,
        arguments: Vec<Expr>,
        panics: bool,
    },
    /// `n` default values of the type.
    Fill {
        element: Ty,
        count: Box<Expr>,
    },
    /// `n` times a value.
    Repeat {
        element: Box<Expr>,
        count: Box<Expr>,
    },
    Construct {
        constructor: Constructor,
        arguments: Vec<Expr>,
    },
    Field {
        base: Box<Expr>,
        owner: Global,
        field: String,
    },
    Index(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Cast(Box<Expr>),
    If {
        condition: Box<Expr>,
        yes: Block,
        no: Option<Block>,
    },
    Match {
        value: Box<Expr>,
        arms: Vec<(Pattern, Block)>,
    },
    Block(Block),
}

#[derive(Clone, Debug)]
pub enum Constructor {
    /// `Some`, `None`, `Ok`, `Err`.
    Builtin(&'static str),
    Variant(Global, String),
    Struct(Global),
}

#[derive(Clone, Debug)]
pub enum Pattern {
    Wild,
    Bind(LocalId),
    Int(String),
    Bool(bool),
    Tuple(Vec<Pattern>),
    Construct(Constructor, Vec<Pattern>),
}
